"""Whether anything but finite numbers reaches a model when candles and features are broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from aurum_plugins.features import Candles, FeatureSettings, TargetSettings
from aurum_plugins.forecasting.ensemble import Ensemble
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.settings import EnsembleSettings
from aurum_plugins.forecasting.target import Target
from aurum_plugins.preprocessing import CandleSettings, repair_candles
from aurum_plugins.validation.gathering.broken_candles import broken

INTERVAL_MS: Final = 3_600_000
PERIODS: Final = (14, 50)
# Share of single features that are spoilt after they were computed, as if a feature itself failed.
SPOILT: Final = 0.02
# Of the candles: what comes later is forecast.
TRAINED: Final = 0.8


@dataclass(frozen=True)
class DoorAccount:
    """What came to the models' door, and what would have got through.

    Attributes
    ----------
    candles, damaged : int
        Candles, and how many of them were broken.
    offered : int
        Features of all rows that went to the preprocessing.
    not_finite_offered : int
        Of those, how many were NaN or infinite.
    fitted, forecast : int
        Rows that models were fitted on, and later ones that they forecast.
    not_finite : int
        Numbers behind the preprocessing that were not finite.
    not_finite_forecasts : int
        Probabilities and values that models gave and that were not finite.
    refused : int
        Rows whose forecast may not be acted on.
    """

    candles: int
    damaged: int
    offered: int
    not_finite_offered: int
    fitted: int
    forecast: int
    not_finite: int
    not_finite_forecasts: int
    refused: int


def door_account(
    frames: dict[str, pd.DataFrame], seed: int, settings: EnsembleSettings | None = None
) -> DoorAccount:
    """Break candles, make features of them, break some of these, train on them and forecast.

    Parameters
    ----------
    frames : dict of str to pandas.DataFrame
        Whole hourly candles by pair, the market's leader first; one model set is fitted a pair.
    seed : int
        Of the damage.
    settings : EnsembleSettings, optional

    Raises
    ------
    aurum_plugins.forecasting.errors.ForecastingError
    aurum_plugins.preprocessing.PreprocessingError
        If so little is left that no model can be trained.
    """
    repaired: dict[str, Candles] = {}
    damaged = 0
    for number, (pair, frame) in enumerate(frames.items()):
        wreck, touched = broken(frame, seed + number)
        damaged += touched
        repaired[pair] = repair_candles(wreck, INTERVAL_MS, CandleSettings()).candles
    targets = TargetSettings()
    names = [Target.of(name) for name in targets.include]

    def ensemble() -> Ensemble:
        return Ensemble(names, targets.horizon_candles, settings)

    parts = [
        _of_pair(
            PairRows.of(pair, candles, repaired, FeatureSettings(), PERIODS, targets),
            ensemble(),
            seed,
        )
        for pair, candles in repaired.items()
    ]
    counts = [sum(part[column] for part in parts) for column in range(len(parts[0]))]
    return DoorAccount(sum(map(len, frames.values())), damaged, *counts)


def _of_pair(rows: PairRows, ensemble: Ensemble, seed: int) -> tuple[int, ...]:
    features = _spoilt(rows.features, seed)
    start = int(rows.candles[round(TRAINED * len(rows.candles))])
    past = rows.candles < start
    labels = rows.known_before(start, ensemble.horizon)
    ensemble.fit(features[past], labels[past], rows.candles[past])
    later = rows.candles[~past]
    scored = ensemble.score(features[~past], later)
    forecasts = ensemble.assess(scored, rows.labels[~past])
    numbers = [
        values for each in forecasts.targets.values() for values in (each.probability, each.value)
    ]
    found = sum(int(each.not_finite.sum()) for each in scored.values())
    found += sum(model.trained_.not_finite for model in ensemble.models_.values())
    values = features.to_numpy()
    return (
        values.size,
        int(np.count_nonzero(~np.isfinite(values))),
        ensemble.rows_,
        len(later),
        found,
        int(sum(np.count_nonzero(~np.isfinite(each)) for each in numbers)),
        int(np.count_nonzero(~forecasts.ready)),
    )


def _spoilt(features: pd.DataFrame, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    values = features.to_numpy(np.float32, copy=True)
    hit = rng.random(values.shape) < SPOILT
    # The largest of float32 overflows in whatever is computed from it.
    nonsense = np.array([np.nan, np.inf, -np.inf, 3.4e38, -3.4e38], dtype=np.float32)
    values[hit] = rng.choice(nonsense, int(hit.sum()))
    return pd.DataFrame(values, columns=features.columns)
