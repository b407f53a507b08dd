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
from aurum_plugins.features.candles import IntArray
from aurum_plugins.features.freqai_parameters import indicator_periods
from aurum_plugins.features.recorded_marks import RecordedMarks
from aurum_plugins.features.recorded_sentiment import RecordedSentiment
from aurum_plugins.features.sentiment_mood import sentiment_mood
from aurum_plugins.features.venue_agreement import (
    LOOKBACK,
    OLDEST_MARK,
    VENUE_FEATURES,
    venue_agreement,
)
from aurum_plugins.freqai.market_candles import check_reachable, market_candles
from aurum_plugins.freqai.row_places import RowPlaces
from aurum_plugins.preprocessing import CandleSettings, RepairedCandles, repair_candles
from aurum_plugins.sentiment.coin_of import coin_of
from aurum_plugins.sentiment.scored_item import MARKET

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
        self._feature_lookback = self._features.lookback(self._periods)
        self._marks = RecordedMarks.from_config(config) if settings.venues else None
        self._sentiment = RecordedSentiment.from_config(config) if settings.sentiment else None
        check_reachable(config, self.market_pairs)

    @property
    def market_pairs(self) -> tuple[str, ...]:
        """Pairs whose candles `standard` needs, the leader first."""
        settings = self._features.settings
        return settings.market_pairs if settings.needs_market else ()

    @property
    def label_names(self) -> tuple[str, ...]:
        """Of the labels that `targets` adds, without their prefix."""
        return self._targets.include

    def market_candles(
        self, provider: Any, model: Any, timeframe: str, rows: int
    ) -> dict[str, pd.DataFrame]:
        """Ask freqtrade for what `standard` needs for a frame of so many rows."""
        needed = rows + self._feature_lookback + LATE_CANDLES
        return market_candles(provider, model, self.market_pairs, timeframe, needed)

    @property
    def lookback(self) -> int:
        """Candles that the last row of every feature depends on, itself included."""
        of_marks = LOOKBACK if self._marks else 1
        return max(self._feature_lookback, self._targets.lookback, of_marks)

    @property
    def venue_names(self) -> tuple[str, ...]:
        """Columns that may lack values in an ordinary row: those of the venues' agreement."""
        return tuple(FEATURE + name for name in VENUE_FEATURES) if self._marks else ()

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
        self,
        frame: pd.DataFrame,
        interval_ms: int,
        market: Mapping[str, pd.DataFrame],
        pair: str = "",
        timeframe: str = "",
    ) -> pd.DataFrame:
        """Add features of the market, the calendar, the label's own past, venues and sentiment.

        Parameters
        ----------
        frame, interval_ms
            As of `expand_all`, in the base timeframe.
        market : mapping of str to pandas.DataFrame
            freqtrade's candles of `market_pairs`. A pair without candles leaves the features that
            need it NaN.
        pair, timeframe : str
            Whose candles they are; only the venues' agreement and the sentiment ask.

        Raises
        ------
        ValueError
            If either is wanted, and it is not said of what.
        """
        repaired = repair_candles(frame, interval_ms, self._candles)
        candles = repaired.candles
        columns = self._market_wide(candles, market) | self._own_past(candles)
        return _beside(frame, repaired, columns | self._recorded(candles, pair, timeframe))

    def latest(
        self,
        pair: str,
        frames: Mapping[str, tuple[int, pd.DataFrame]],
        own: str,
        rows: int,
        until_ms: int,
        market: Mapping[str, pd.DataFrame],
    ) -> pd.DataFrame:
        """Features of a pair's last rows, as FreqAI has them once it has asked every hook.

        FreqAI joins frames hook by hook, which takes longer than all features together.

        Parameters
        ----------
        pair : str
        frames : mapping of str to (int, pandas.DataFrame)
            By timeframe: the length of its candles in milliseconds, and freqtrade's candles, in
            order of time. Those in front of the wanted rows are what features look back on.
        own : str
            The base timeframe, which must be among `frames`.
        rows : int
            How many of the last rows of the base timeframe are wanted.
        until_ms, market
            As of `expand_all` and `standard`.

        Returns
        -------
        pandas.DataFrame of shape (rows, number of features)
            Named as FreqAI names them, in no order of its own.
        """
        own_ms, frame = frames[own]
        closes_ms = _opens_ms(frame)[-rows:] + own_ms
        values: dict[str, FloatArray] = {}
        for timeframe, (interval_ms, candles) in frames.items():
            repaired = repair_candles(candles, interval_ms, self._candles)
            # The latest candle that had closed when the row's did.
            at = np.searchsorted(_opens_ms(candles), closes_ms - interval_ms, side="right") - 1
            grid = RowPlaces.of(repaired, until_ms).at(at)
            # Labels look back further than most features do.
            start = max(0, grid.first - self._feature_lookback)
            part, grid = repaired.candles[start:], grid.less(start)
            suffix = f"{pair}_{timeframe}".replace(":", "")
            for period in self._periods:
                for column in self._features.expanded(part, period):
                    name = f"{FEATURE}{column.feature}-period_{period}_{suffix}"
                    values[name] = grid.placed(column.numbers)
            for column in self._features.basic(part):
                values[f"{FEATURE}{column.name}_gen_{suffix}"] = grid.placed(column.numbers)
            if timeframe == own:
                grid = RowPlaces.of(repaired).at(np.arange(len(frame) - len(closes_ms), len(frame)))
                past = self._own_past(repaired.candles)
                values |= {name: grid.placed(numbers) for name, numbers in past.items()}
                early = max(0, grid.first - OLDEST_MARK)
                told, few = self._recorded(repaired.candles[early:], pair, own), grid.less(early)
                values |= {name: few.placed(numbers) for name, numbers in told.items()}
                grid, wide = grid.less(start), self._market_wide(part, market)
                values |= {name: grid.placed(numbers) for name, numbers in wide.items()}
        return pd.DataFrame(np.column_stack(list(values.values())), columns=list(values))

    def targets(self, frame: pd.DataFrame, interval_ms: int) -> pd.DataFrame:
        """Add the labels; parameters and result as of `expand_all`."""
        repaired = repair_candles(frame, interval_ms, self._candles)
        labels = forward_targets(repaired.candles, self._targets)
        return _beside(frame, repaired, {LABEL + name: values for name, values in labels.items()})

    def _market_wide(
        self, candles: Candles, market: Mapping[str, pd.DataFrame]
    ) -> dict[str, FloatArray]:
        others: dict[str, Candles] = {
            pair: repair_candles(frame, candles.interval_ms, self._candles).candles
            for pair, frame in market.items()
        }
        return _named(self._features.market_wide(candles, others))

    def _own_past(self, candles: Candles) -> dict[str, FloatArray]:
        past = target_history(candles, self._targets)
        return {FEATURE + name: values for name, values in past.items()}

    def _recorded(self, candles: Candles, pair: str, timeframe: str) -> dict[str, FloatArray]:
        """What was written down while the candles came."""
        columns: dict[str, FloatArray] = {}
        if not (self._marks or self._sentiment):
            return columns
        if not (pair and timeframe):
            raise ValueError(f"pair and timeframe must be named, got {pair!r} and {timeframe!r}")
        if self._marks:
            first_ms, last_ms = candles.open_ms[[0, -1]].tolist() if len(candles) else (0, 0)
            first_ms -= OLDEST_MARK * candles.interval_ms
            marks = self._marks.between(pair, timeframe, first_ms, last_ms)
            columns |= venue_agreement(candles, marks)
        if self._sentiment:
            closes_ms = candles.open_ms + candles.interval_ms
            columns |= sentiment_mood(
                self._sentiment.at(coin_of(pair), closes_ms), self._sentiment.at(MARKET, closes_ms)
            )
        return {FEATURE + name: values for name, values in columns.items()}


def _named(columns: Iterable[Column]) -> dict[str, FloatArray]:
    return {FEATURE + column.name: column.numbers for column in columns}


def _beside(
    frame: pd.DataFrame,
    repaired: RepairedCandles,
    columns: Mapping[str, FloatArray],
    until_ms: int | None = None,
) -> pd.DataFrame:
    """Put values of the grid back beside the rows that they were computed from."""
    grid = RowPlaces.of(repaired, until_ms)
    placed = {name: grid.placed(values) for name, values in columns.items()}
    return pd.concat([frame, pd.DataFrame(placed, index=frame.index)], axis=1)


def _opens_ms(frame: pd.DataFrame) -> IntArray:
    if not len(frame):
        return np.empty(0, dtype=np.int64)
    opens: IntArray = pd.DatetimeIndex(pd.to_datetime(frame["date"], utc=True)).as_unit("ms").asi8
    return opens
