"""Train on the past, forecast what follows, move on: the forecasts of a whole stretch of time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.ensemble import Ensemble
from aurum_plugins.forecasting.errors import ForecastingError
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.forecasts import Forecasts, Readiness
from aurum_plugins.forecasting.target import Target
from aurum_plugins.forecasting.workers.call import Call
from aurum_plugins.forecasting.workers.local_workers import LocalWorkers
from aurum_plugins.forecasting.workers.workers import Workers
from aurum_plugins.preprocessing import PreprocessingError

LEVELS = (80, 90)
THIS_PROCESS = LocalWorkers()
_NAMES = {int(reason): reason.name.lower() for reason in Readiness}


@dataclass(frozen=True)
class WalkForwardPlan:
    """Which stretches are trained on and forecast, in numbers of candles.

    Attributes
    ----------
    first, stop : int
        Candles to forecast, `stop` excluded.
    train_candles : int
        Length of each training window, which ends where its forecasts begin.
    step_candles : int
        Candles that one model forecasts.
    """

    first: int
    stop: int
    train_candles: int
    step_candles: int

    @property
    def windows(self) -> list[tuple[int, int, int]]:
        """First training candle, first and past-the-last forecast candle of each window."""
        starts = range(self.first, self.stop, self.step_candles)
        return [
            (start - self.train_candles, start, min(start + self.step_candles, self.stop))
            for start in starts
        ]


@dataclass(frozen=True)
class WindowResult:
    """The forecasts of one window, or why there are none.

    Attributes
    ----------
    pair : str
    window : int
    tables : dict of str to pandas.DataFrame
        By target; the columns of `forecast_table`. Rows of a failed training are there, unusable.
    error : str
        Empty if the training succeeded.
    """

    pair: str
    window: int
    tables: dict[str, pd.DataFrame]
    error: str = ""


def walk_forward(
    pairs: Sequence[PairRows],
    plan: WalkForwardPlan,
    ensemble: Callable[[], Ensemble],
    workers: Workers = THIS_PROCESS,
    ablate: bool = True,
) -> Generator[WindowResult]:
    """Forecast every window of every pair, each by a model that saw nothing of it.

    A model is fitted on labels that were known when its window began, and each row is forecast with
    the outcomes that were known at its close. Windows come in the order in which they are done, and
    each is the same wherever that was.

    Parameters
    ----------
    pairs : sequence of PairRows
    plan : WalkForwardPlan
    ensemble : callable
        Gives an ensemble that is not fitted; picklable.
    workers : Workers
        Each model has one thread.
    ablate : bool
        Whether to add each member's own forecasts, and those of the ensemble without it.
    """
    calls = [
        Call(
            rows,
            part=partial(PairRows.between, first=begin, stop=stop),
            function=partial(
                _window, number=number, start=start, ensemble=ensemble(), ablate=ablate
            ),
        )
        for rows in pairs
        for number, (begin, start, stop) in enumerate(plan.windows)
    ]
    yield from workers.results(calls)


def _window(
    rows: PairRows, number: int, start: int, ensemble: Ensemble, *, ablate: bool
) -> WindowResult:
    past = rows.between(-(2**62), start)
    labels = past.known_before(start, ensemble.horizon)
    try:
        ensemble.fit(past.features, labels, past.candles)
        return forecast_window(rows, number, start, ensemble, ablate=ablate)
    except (ForecastingError, PreprocessingError) as error:
        return failed_window(rows, number, start, ensemble.targets, error)


def forecast_window(
    rows: PairRows, number: int, start: int, ensemble: Ensemble, *, ablate: bool
) -> WindowResult:
    """Forecast the rows of one pair from a candle on.

    Parameters
    ----------
    rows : PairRows
        Some before that candle, too: sequence members look at them.
    number : int
        Of the window.
    start : int
        The first candle that is forecast.
    ensemble : Ensemble
        Fitted, on candles before `start`.
    ablate : bool
        As of `walk_forward`.

    Raises
    ------
    aurum_plugins.forecasting.errors.ForecastingError
    """
    whole = rows.between(start - ensemble.window, 2**62)
    forecasts = ensemble.forecast(whole.features, whole.candles, whole.labels)
    wanted = np.flatnonzero(whole.candles >= start)
    tables = {
        target.name: _table(whole, target.name, number, ensemble, forecasts, wanted, ablate=ablate)
        for target in ensemble.targets
    }
    return WindowResult(rows.pair, number, tables)


def failed_window(
    rows: PairRows, number: int, start: int, targets: Sequence[Target], error: Exception
) -> WindowResult:
    """Rows that no model forecast, and why; parameters as of `forecast_window`."""
    ahead = rows.between(start, 2**62)
    tables = {target.name: _unusable(ahead, target.name, number) for target in targets}
    return WindowResult(rows.pair, number, tables, f"{type(error).__name__}: {error}")


def _table(
    rows: PairRows,
    target: str,
    window: int,
    ensemble: Ensemble,
    forecasts: Forecasts,
    wanted: IntArray,
    *,
    ablate: bool,
) -> pd.DataFrame:
    model, forecast = ensemble.models_[target], forecasts.targets[target]
    readiness = forecasts.readiness
    columns: dict[str, object] = {
        **_common(rows, target, window),
        "probability": forecast.probability,
        "value": forecast.value,
    }
    for column, level in enumerate(LEVELS):
        columns[f"lower_{level}"] = forecast.lower[:, column]
        columns[f"upper_{level}"] = forecast.upper[:, column]
    columns |= {
        "confidence": forecast.confidence,
        "agreement": forecast.agreement,
        "novelty": forecast.novelty,
        "usable": readiness == Readiness.READY,
        "refusal": [_NAMES[code] for code in readiness.tolist()],
        "base_rate": np.full(len(readiness), model.trained_.base_rate),
        "regime": forecast.regime,
    }
    columns |= {f"weight_{name}": np.full(len(readiness), w) for name, w in model.weights.items()}
    if ablate:
        columns |= _ablation(model.trained_.names, forecast.scores, model.subset)
    return pd.DataFrame(columns).iloc[wanted].reset_index(drop=True)


def _ablation(
    names: Sequence[str], scores: FloatArray, subset: Callable[[Sequence[str]], object]
) -> dict[str, FloatArray]:
    columns: dict[str, FloatArray] = {}
    for position, name in enumerate(names):
        alone: object = subset([name])
        columns[f"member_{name}"] = alone.probability(scores[:, [position]])  # type: ignore[attr-defined]
        if len(names) > 1:
            others = [other for other in range(len(names)) if other != position]
            rest: object = subset([names[other] for other in others])
            columns[f"without_{name}"] = rest.probability(scores[:, others])  # type: ignore[attr-defined]
    return columns


def _common(rows: PairRows, target: str, window: int) -> dict[str, object]:
    return {
        "pair": [rows.pair] * len(rows.candles),
        "candle": rows.candles,
        "open_ms": rows.open_ms,
        "window": np.full(len(rows.candles), window, dtype=np.int64),
        "target": rows.labels[target].to_numpy(np.float64),
        "persistence": rows.persistence[target].to_numpy(np.float64),
        "close": rows.close,
    }


def _unusable(rows: PairRows, target: str, window: int) -> pd.DataFrame:
    columns = _common(rows, target, window)
    names = ("probability", "value", "confidence", "agreement", "novelty", "base_rate")
    bounds = (f"{end}_{level}" for level in LEVELS for end in ("lower", "upper"))
    columns |= {name: np.full(len(rows.candles), np.nan) for name in (*names, *bounds)}
    columns |= {
        "usable": np.zeros(len(rows.candles), dtype=bool),
        "refusal": [Readiness.NO_MODEL.name.lower()] * len(rows.candles),
        "regime": np.full(len(rows.candles), -1, dtype=np.int64),
    }
    return pd.DataFrame(columns)
