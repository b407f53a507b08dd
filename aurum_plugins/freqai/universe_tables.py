"""Rows of every pair for a training, as FreqAI would have them of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from aurum_plugins.clock import WallClock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.arrays import IntArray
from aurum_plugins.forecasting.errors import BadRows
from aurum_plugins.forecasting.pair_table import PairTable
from aurum_plugins.freqai.columns import FEATURE, FreqaiColumns
from aurum_plugins.freqai.training_table import TrainingTable, at_candles, candle_numbers

# Of a feature in single precision, relative and absolute.
ROUNDING = 1e-4


class UniverseTables:
    """Computes features and labels of pairs that FreqAI did not ask for.

    FreqAI trains pair by pair, and computes the features of the pair it trains. Those of all pairs
    are taken from `FreqaiColumns` and the candles, whichever pair is asked first: so the model does
    not depend on the order of pairs. A backtest computes those of a pair once.

    Parameters
    ----------
    strategy : freqtrade.strategy.IStrategy
        Whose hooks are those of `FreqaiColumns`.
    host : freqtrade.freqai.freqai_interface.IFreqaiModel
    lengths_ms : mapping of str to int
        Of the candles of each timeframe that has features.
    own : str
        The base timeframe.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the strategy has no `FreqaiColumns`.
    """

    def __init__(self, strategy: Any, host: Any, lengths_ms: Mapping[str, int], own: str) -> None:
        columns = getattr(strategy, "columns", None)
        if not isinstance(columns, FreqaiColumns):
            rule = (
                "must be AurumStrategy, or inherit from it, where aurum.universe.enabled is true: "
                "features of all pairs are computed as it computes them"
            )
            raise ConfigurationError("strategy", rule, type(strategy).__name__)
        self._columns = columns
        self.strategy = strategy
        self._host = host
        self._lengths_ms = lengths_ms
        self._own = own
        self._own_ms = lengths_ms[own]
        self._kept: dict[str, tuple[IntArray, pd.DataFrame]] = {}

    def pairs(self) -> list[str]:
        """The whitelist, in alphabetical order."""
        return sorted(self.strategy.dp.current_whitelist())

    def of(self, pair: str, first: int, stop: int, labels: Sequence[str]) -> PairTable | None:
        """Rows of a pair's candles from `first` on, `stop` excluded.

        Parameters
        ----------
        pair : str
        first, stop : int
            Numbers of candles.
        labels : sequence of str
            FreqAI's names. They are computed of candles before `stop` alone, as a bot knows them.

        Returns
        -------
        PairTable or None
            Features by a name that is the same for all pairs; None if there are no candles.

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows
            For candles that are not in order of time.
        """
        frames = {
            timeframe: (length_ms, self._candles(pair, timeframe))
            for timeframe, length_ms in self._lengths_ms.items()
        }
        frame = frames[self._own][1]
        if not len(frame):
            return None
        numbers = candle_numbers(frame["date"], self._own_ms)
        if not (np.diff(numbers) > 0).all():
            raise BadRows(f"candles of {pair} must rise from row to row")
        if not ((first <= numbers) & (numbers < stop)).any():
            return None
        candles, features = self._features(pair, frames, numbers, first)
        rows = (first <= candles) & (candles < stop)
        names = {self._common_name(name, pair): name for name in features.columns}
        known = frame[numbers < stop].reset_index(drop=True)
        labelled = self.strategy.set_freqai_targets(known, metadata={"pair": pair})
        return PairTable.of(
            features[rows].set_axis(list(names), axis=1).reset_index(drop=True),
            at_candles(labelled, candles[rows], self._own_ms),
            candles[rows],
            labels,
            names,
        )

    def check(self, pair: str, table: TrainingTable, ours: PairTable) -> None:
        """Refuse a strategy whose features are others than those computed here.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
        """
        features = ours.features.rename(columns=dict(ours.own_names))
        theirs = table.features
        other = [*features.columns.symmetric_difference(theirs.columns)]
        both = np.intersect1d(table.candles, ours.candles)
        if not other and len(both):
            candle = both[len(both) // 2]
            one, another = (
                frame.loc[numbers == candle, features.columns].iloc[0].to_numpy(np.float64)
                for frame, numbers in ((features, ours.candles), (theirs, table.candles))
            )
            same = np.isclose(one, another, rtol=ROUNDING, atol=ROUNDING, equal_nan=True)
            other = list(features.columns[~same])
        if other:
            rule = (
                f"must not change features where aurum.universe.enabled is true: {len(other)} of "
                f"{pair} are not what aurum_plugins computes, {other[0]} among them"
            )
            raise ConfigurationError("strategy", rule, type(self.strategy).__name__)

    def _candles(self, pair: str, timeframe: str) -> pd.DataFrame:
        if not self._host.live:
            frame: pd.DataFrame = self.strategy.dp.get_pair_dataframe(pair, timeframe)
            return frame
        drawer = self._host.dd
        with drawer.history_lock:
            kept = drawer.historic_data.get(pair, {}).get(timeframe)
            return pd.DataFrame({"date": []}) if kept is None else kept.copy()

    def _features(
        self,
        pair: str,
        frames: Mapping[str, tuple[int, pd.DataFrame]],
        numbers: IntArray,
        first: int,
    ) -> tuple[IntArray, pd.DataFrame]:
        if pair in self._kept:
            return self._kept[pair]
        live = self._host.live
        # A backtest asks for other windows of the same candles.
        wanted = numbers[numbers >= first] if live else numbers
        until_ms = WallClock().now_ms() if live else int(numbers[-1] + 1) * self._own_ms
        market = self._columns.market_candles(self.strategy.dp, self._host, self._own, len(wanted))
        features = self._columns.latest(pair, frames, self._own, len(wanted), until_ms, market)
        # Names in no order of their own would give models of their own.
        found = wanted, features[sorted(features.columns)].astype(np.float32)
        if not live:
            self._kept[pair] = found
        return found

    def _common_name(self, name: str, pair: str) -> str:
        """FreqAI ends a name with the pair and the timeframe; the pair is left out."""
        for timeframe in self._lengths_ms:
            ending = _ending(pair, timeframe)
            if name.startswith(FEATURE) and name.endswith(ending):
                return f"{name.removesuffix(ending)}_{timeframe}"
        return name


def _ending(pair: str, timeframe: str) -> str:
    return f"_{pair}_{timeframe}".replace(":", "")
