"""Candles of freqtrade in, the columns that FreqAI looks for out.

FreqAI takes a column whose name holds `%` for a feature and one whose name holds `&` for a label.
It repeats the features of `feature_engineering_expand_all` for each of its periods, and those of
both expanding hooks for each of its timeframes and correlated pairs, and appends these to the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from aurum_plugins.features import (
    Candles,
    Column,
    FeatureSet,
    FeatureSettings,
    TargetSettings,
    forward_targets,
    target_history,
)
from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.features.freqai_parameters import indicator_periods
from aurum_plugins.freqai.market_candles import check_reachable, market_candles
from aurum_plugins.preprocessing import CandleSettings, RepairedCandles, repair_candles

FEATURE = "%-"
LABEL = "&-"
# By which a pair's own candles may end before those of the market.
LATE_CANDLES = 100


class FreqaiColumns:
    """What `AurumStrategy` answers FreqAI's hooks with.

    Parameters
    ----------
    config : mapping
        A whole freqtrade configuration.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If one of our sections breaks a rule.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        settings = FeatureSettings.from_config(config)
        settings.check_market()
        self._features = FeatureSet(settings)
        self._targets = TargetSettings.from_config(config)
        self._candles = CandleSettings.from_config(config)
        self._periods = indicator_periods(config)
        check_reachable(config, self.market_pairs)

    @property
    def market_pairs(self) -> tuple[str, ...]:
        """Pairs whose candles `standard` needs, the leader first."""
        settings = self._features.settings
        return settings.market_pairs if settings.needs_market else ()

    def market_candles(
        self, provider: Any, model: Any, timeframe: str, rows: int
    ) -> dict[str, pd.DataFrame]:
        """Ask freqtrade for what `standard` needs for a frame of so many rows."""
        needed = rows + self.lookback + LATE_CANDLES
        return market_candles(provider, model, self.market_pairs, timeframe, needed)

    @property
    def lookback(self) -> int:
        """Candles that the last row of every feature depends on, itself included."""
        return max(self._features.lookback(self._periods), self._targets.lookback)

    def expand_all(
        self, frame: pd.DataFrame, period: int, interval_ms: int, until_ms: int
    ) -> pd.DataFrame:
        """Add the features that have a period, computed for one.

        Parameters
        ----------
        frame : pandas.DataFrame of shape (n, m)
            freqtrade's candles.
        period : int
            Candles; FreqAI appends it to the names.
        interval_ms : int
            Length of a candle in milliseconds.
        until_ms : int
            UTC milliseconds: now, or the end of the backtest. FreqAI carries the last row of a
            coarser timeframe and of a correlated pair forward, however old it is; if another candle
            closed since, that row gets no values.

        Returns
        -------
        pandas.DataFrame of shape (n, m + number of features)
            The same rows in the same order; NaN where there is no value.
        """
        repaired = repair_candles(frame, interval_ms, self._candles)
        columns = self._features.expanded(repaired.candles, period)
        named = {f"{FEATURE}{column.feature}-period": column.numbers for column in columns}
        return _beside(frame, repaired, named, until_ms)

    def expand_basic(self, frame: pd.DataFrame, interval_ms: int, until_ms: int) -> pd.DataFrame:
        """Add the features without a period; parameters and result as of `expand_all`."""
        repaired = repair_candles(frame, interval_ms, self._candles)
        columns = self._features.basic(repaired.candles)
        return _beside(frame, repaired, _named(columns), until_ms)

    def standard(
        self, frame: pd.DataFrame, interval_ms: int, market: Mapping[str, pd.DataFrame]
    ) -> pd.DataFrame:
        """Add the features of the market, of the calendar and of the label's own past.

        Parameters
        ----------
        frame, interval_ms
            As of `expand_all`, in the base timeframe.
        market : mapping of str to pandas.DataFrame
            freqtrade's candles of `market_pairs`. A pair without candles leaves the features that
            need it NaN.
        """
        repaired = repair_candles(frame, interval_ms, self._candles)
        others: dict[str, Candles] = {
            pair: repair_candles(candles, interval_ms, self._candles).candles
            for pair, candles in market.items()
        }
        named = _named(self._features.market_wide(repaired.candles, others))
        past = target_history(repaired.candles, self._targets)
        named |= {FEATURE + name: values for name, values in past.items()}
        return _beside(frame, repaired, named)

    def targets(self, frame: pd.DataFrame, interval_ms: int) -> pd.DataFrame:
        """Add the labels; parameters and result as of `expand_all`."""
        repaired = repair_candles(frame, interval_ms, self._candles)
        labels = forward_targets(repaired.candles, self._targets)
        return _beside(frame, repaired, {LABEL + name: values for name, values in labels.items()})


def _named(columns: Iterable[Column]) -> dict[str, FloatArray]:
    return {FEATURE + column.name: column.numbers for column in columns}


def _beside(
    frame: pd.DataFrame,
    repaired: RepairedCandles,
    columns: Mapping[str, FloatArray],
    until_ms: int | None = None,
) -> pd.DataFrame:
    """Put values of the grid back beside the rows that they were computed from."""
    candles, rows = repaired.candles, repaired.rows
    known = rows >= 0
    if until_ms is not None and len(candles):
        next_close_ms = int(candles.open_ms[-1]) + 2 * candles.interval_ms
        if next_close_ms <= until_ms:
            known &= rows != len(candles) - 1
    placed = {
        name: np.where(known, values[rows], np.nan) if len(values) else np.nan
        for name, values in columns.items()
    }
    return pd.concat([frame, pd.DataFrame(placed, index=frame.index)], axis=1)
