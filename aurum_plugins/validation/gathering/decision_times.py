"""How long it takes from a candle to what is made of it, pair by pair."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from aurum_plugins.features import FeatureSettings, TargetSettings
from aurum_plugins.forecasting.ensemble import Ensemble
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.settings import EnsembleSettings
from aurum_plugins.forecasting.target import Target
from aurum_plugins.preprocessing import CandleSettings, repair_candles

INTERVAL_MS: Final = 3_600_000
PERIODS: Final = (14, 50)
# What freqtrade holds of each pair.
SHOWN: Final = 1_000
# Everything is done for the first time on these.
WARM_UP: Final = 5


@dataclass(frozen=True)
class DecisionTimes:
    """Wall times.

    Attributes
    ----------
    milliseconds : tuple of float
        One a pair and candle.
    what : str
        What was timed; a sentence without its full stop.
    pairs : int
    while_training : int
        Of them, how many were made while a model was trained beside them.
    """

    milliseconds: tuple[float, ...]
    what: str
    pairs: int
    while_training: int = 0

    def quantile(self, share: float) -> float:
        """Milliseconds that a share of the decisions did not exceed."""
        return float(np.quantile(self.milliseconds, share))


def times_here(
    frames: dict[str, pd.DataFrame],
    candles: int,
    settings: EnsembleSettings | None = None,
    stopwatch: Callable[[], float] = time.perf_counter,
) -> DecisionTimes:
    """Time the repair of candles, features, preprocessing and forecast in this process.

    freqtrade's own part is not in it, nor are orders.

    Parameters
    ----------
    frames : dict of str to pandas.DataFrame
        More than 1,000 hourly candles by pair, the market's leader first.
    candles : int
        To be forecast, of each pair; all before them are trained on.
    settings : EnsembleSettings, optional
    stopwatch : callable
        Seconds.

    Raises
    ------
    aurum_plugins.forecasting.errors.ForecastingError
    aurum_plugins.preprocessing.PreprocessingError
        If no model can be trained on so little.
    """
    targets = TargetSettings()
    names = [Target.of(name) for name in targets.include]
    spent: list[float] = []
    for pair, frame in frames.items():
        ensemble = Ensemble(names, targets.horizon_candles, settings)
        stop = len(frame) - WARM_UP - candles
        past = _rows(pair, {each: one[:stop] for each, one in frames.items()}, targets)
        known = past.known_before(int(past.candles[-1]) + 1, ensemble.horizon)
        ensemble.fit(past.features, known, past.candles)
        for last in range(stop + 1, len(frame) + 1):
            shown = {each: one[max(0, last - SHOWN) : last] for each, one in frames.items()}
            began = stopwatch()
            rows = _rows(pair, shown, targets)
            newest = rows.between(int(rows.candles[-1]) + 1 - ensemble.window, 2**62)
            ensemble.forecast(newest.features, newest.candles)
            if last > stop + WARM_UP:
                spent.append(1e3 * (stopwatch() - began))
    what = "repair, features, preprocessing and forecast of a new candle, in one process"
    return DecisionTimes(tuple(spent), what, len(frames))


def _rows(pair: str, frames: dict[str, pd.DataFrame], targets: TargetSettings) -> PairRows:
    """Of one pair; of the market only what is repaired already counts, so all of it is repaired."""
    settings = CandleSettings()
    candles = {
        each: repair_candles(frame, INTERVAL_MS, settings).candles for each, frame in frames.items()
    }
    return PairRows.of(pair, candles[pair], candles, FeatureSettings(), PERIODS, targets)
