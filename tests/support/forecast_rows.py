"""Features and labels with some signal, and small ensembles that are quick to train on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from aurum_plugins.forecasting import Ensemble, EnsembleSettings, Forecasts, Target
from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.drift import DriftSettings
from aurum_plugins.preprocessing import PreprocessingSettings

RETURN, VOLATILITY = "&-forward_return", "&-forward_volatility"
TARGETS = (Target.of(RETURN), Target.of(VOLATILITY))
HORIZON = 4
FIRST = 10_000
TRAINED = 1_000
SETTINGS = EnsembleSettings(
    members=("linear", "lightgbm"),
    folds=2,
    rows_per_horizon=2,
    record_candles=150,
    least_rows=600,
    novelty_share=0.02,
)
PREPROCESSING = PreprocessingSettings(n_features=6, outlier_share=0.0)
DRIFT = DriftSettings(loss_candles=60, input_candles=50)
PARAMETERS = {
    "lightgbm": {"num_boost_round": 12},
    "xgboost": {"num_boost_round": 12},
    "random_forest": {"n_estimators": 12},
}
# Rows before one that its forecast depends on: outcomes, and the window of features.
ENOUGH = SETTINGS.record_candles + 2 * HORIZON


@dataclass(frozen=True, eq=False)
class ForecastRows:
    """Rows of one pair, oldest first; no test may change them.

    Attributes
    ----------
    features, labels : pandas.DataFrame
    candles : ndarray of int
    """

    features: pd.DataFrame
    labels: pd.DataFrame
    candles: IntArray

    def __len__(self) -> int:
        return len(self.candles)

    def part(self, rows: slice) -> ForecastRows:
        """Copies of some rows."""
        return ForecastRows(
            self.features.iloc[rows].reset_index(drop=True),
            self.labels.iloc[rows].reset_index(drop=True),
            self.candles[rows].copy(),
        )


@cache
def forecast_rows(
    rows: int = 1_500, columns: int = 30, seed: int = 0, horizon: int = HORIZON
) -> ForecastRows:
    """Rows whose first features follow a trend and a volatility, and whose labels do, too.

    Two features in a hundred are missing, and a few candles; the last `horizon` labels are NaN.
    """
    rng = np.random.default_rng(seed)
    trend, level = _wandering(rng, rows), _wandering(rng, rows)
    noise = rng.normal(size=(rows, columns))
    noise[:, 0:columns:5] += 1.5 * trend[:, None]
    noise[:, 1:columns:5] += 1.5 * level[:, None]
    noise[rng.random(noise.shape) < 0.02] = np.nan
    change = 0.5 * trend + rng.normal(size=rows) * np.exp(0.4 * level)
    labels = pd.DataFrame(
        {
            RETURN: _ahead(change, horizon) * np.sqrt(horizon),
            VOLATILITY: 0.4 * _ahead(level, horizon) + 0.2 * _ahead(rng.normal(size=rows), horizon),
        }
    )
    features = pd.DataFrame(noise, columns=[f"%-f{column}" for column in range(columns)])
    candles = FIRST + np.cumsum(1 + (rng.random(rows) < 0.005))
    return ForecastRows(features, labels, candles.astype(np.int64))


def small_ensemble(
    targets: tuple[Target, ...] = TARGETS,
    *,
    horizon: int = HORIZON,
    selected: int | None = None,
    drift: DriftSettings = DRIFT,
    **settings: object,
) -> Ensemble:
    """An ensemble that is trained in a fraction of a second, with settings changed."""
    preprocessing = PREPROCESSING
    if selected is not None:
        preprocessing = preprocessing.model_copy(update={"n_features": selected})
    chosen = EnsembleSettings(**{**SETTINGS.model_dump(), **settings})
    return Ensemble(targets, horizon, chosen, preprocessing, PARAMETERS, drift)


def fit_on(ensemble: Ensemble, rows: ForecastRows) -> Ensemble:
    """Train on rows, of which no label is known later than the last one's close."""
    known = pd.Series(rows.candles + ensemble.horizon <= rows.candles[-1])
    return ensemble.fit(rows.features, rows.labels.where(known, axis=0), rows.candles)


@cache
def trained_ensemble(*members: str) -> Ensemble:
    """An ensemble fitted on the first rows; no test may change it."""
    chosen = {"members": members} if members else {}
    return fit_on(small_ensemble(**chosen), forecast_rows().part(slice(TRAINED)))


def forecast_of(ensemble: Ensemble, rows: ForecastRows, *, labelled: bool = True) -> Forecasts:
    """Forecast rows, with or without their labels."""
    return ensemble.forecast(rows.features, rows.candles, rows.labels if labelled else None)


def numbers_of(forecasts: Forecasts, rows: slice = slice(None)) -> dict[str, FloatArray]:
    """Every figure of some rows, by target and name."""
    figures = {"readiness": forecasts.readiness[rows]}
    for name, forecast in forecasts.targets.items():
        drift = forecast.drift
        columns = {
            **{key: value for key, value in vars(forecast).items() if key != "drift"},
            "factor": drift.factor,
            "severity": drift.severity,
            "drifted": drift.drifted,
            "loss": drift.loss.statistic,
            "inputs": drift.inputs.statistic,
            "shifted": drift.inputs.shifted,
        }
        figures |= {f"{name}.{key}": np.asarray(value)[rows] for key, value in columns.items()}
    return figures


def same_numbers(
    found: Forecasts, expected: Forecasts, at: slice = slice(None), of: slice = slice(None)
) -> None:
    """Assert that some rows of one are some rows of the other, bit for bit."""
    ours, theirs = numbers_of(found, at), numbers_of(expected, of)
    assert ours.keys() == theirs.keys()
    for name, numbers in ours.items():
        np.testing.assert_array_equal(numbers, theirs[name], err_msg=name)


def _wandering(rng: np.random.Generator, rows: int) -> FloatArray:
    steps, values = rng.normal(size=rows), np.zeros(rows)
    for row in range(1, rows):
        values[row] = 0.97 * values[row - 1] + 0.24 * steps[row]
    return values


def _ahead(values: FloatArray, horizon: int) -> FloatArray:
    """Mean of the next values; NaN where they are not all there."""
    means = pd.Series(values).rolling(horizon).mean().shift(-horizon)
    return means.to_numpy()
