"""Features of a running bot's latest candles, without the frames that FreqAI puts together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from aurum_plugins.clock import WallClock
from aurum_plugins.forecasting.arrays import IntArray
from aurum_plugins.freqai.columns import FEATURE, LABEL, FreqaiColumns
from aurum_plugins.freqai.training_table import candle_numbers

logger = logging.getLogger(__name__)

# Of a feature, relative and absolute.
ROUNDING = 1e-7


class DirectFeatures:
    """What a strategy's hooks answer, for the few rows that were not forecast yet.

    FreqAI asks every hook for all rows at every candle, and joins the answers frame by frame. Here
    they are taken from `FreqaiColumns` itself. Each pair is first asked for both ways, until a row
    is whole but for what venues said: if they do not agree, but for the rounding of sums that begin
    elsewhere, because the strategy overrides a hook or freqtrade joins frames otherwise than it
    did, the pair stays with FreqAI's way.

    Parameters
    ----------
    columns : FreqaiColumns
    provider : freqtrade.data.dataprovider.DataProvider
    model : freqtrade.freqai.freqai_interface.IFreqaiModel
    lengths_ms : mapping of str to int
        Of the candles of each timeframe that has features.
    own : str
        The base timeframe.
    """

    def __init__(
        self,
        columns: FreqaiColumns,
        provider: Any,
        model: Any,
        lengths_ms: Mapping[str, int],
        own: str,
    ) -> None:
        self._columns = columns
        self._provider = provider
        self._model = model
        self._lengths_ms = lengths_ms
        self._own = own
        self._lookback = columns.lookback
        self._agree: dict[str, bool] = {}

    def agree(self, pair: str) -> bool:
        """Whether both ways were seen to agree for a pair."""
        return self._agree.get(pair, False)

    def populate(
        self, stock: Callable[..., pd.DataFrame], strategy: Any, **how: Any
    ) -> pd.DataFrame:
        """Stand in for `FreqaiDataKitchen.use_strategy_to_populate_indicators` in a decision.

        Parameters
        ----------
        stock : callable
            FreqAI's own method.
        strategy, how
            Its arguments.

        Returns
        -------
        pandas.DataFrame
            Candles and empty labels where both ways agree; else what FreqAI gives.
        """
        pair, candles = how["pair"], how["prediction_dataframe"]
        if self.agree(pair):
            labels = (LABEL + name for name in self._columns.label_names)
            plain: pd.DataFrame = candles.assign(**dict.fromkeys(labels, np.nan))
            return plain
        frame: pd.DataFrame = stock(strategy, **how)
        if pair not in self._agree:
            self._compare(pair, frame, candles)
        return frame

    def of(self, pair: str, frame: pd.DataFrame, rows: int) -> tuple[IntArray, pd.DataFrame]:
        """Give the features of a pair's last rows.

        Parameters
        ----------
        pair : str
        frame : pandas.DataFrame
            The strategy's candles. FreqAI's longer history stands in where they are too few.
        rows : int

        Returns
        -------
        candles : ndarray of int, shape (k,)
            At most `rows`.
        features : pandas.DataFrame of shape (k, d)
        """
        own_ms = self._lengths_ms[self._own]
        frames: dict[str, tuple[int, pd.DataFrame]] = {}
        for timeframe, length_ms in self._lengths_ms.items():
            # One more, in part, of a coarser timeframe.
            needed = self._lookback + -(-rows * own_ms // length_ms) + 1
            frames[timeframe] = length_ms, self._candles(pair, timeframe, frame, needed)
        own = frames[self._own][1]
        rows = min(rows, len(own))
        market = self._columns.market_candles(self._provider, self._model, self._own, rows)
        features = self._columns.latest(pair, frames, self._own, rows, WallClock().now_ms(), market)
        return candle_numbers(own["date"].iloc[-rows:], own_ms), features

    def _candles(self, pair: str, timeframe: str, own: pd.DataFrame, needed: int) -> pd.DataFrame:
        known = own
        if timeframe != self._own:
            known = self._provider.get_pair_dataframe(pair, timeframe)
        if len(known) < needed:
            drawer = self._model.dd
            with drawer.history_lock:
                kept = drawer.historic_data.get(pair, {}).get(timeframe)
            if kept is not None and len(kept) > len(known):
                known = kept
        return known.iloc[-needed:]

    def _compare(self, pair: str, frame: pd.DataFrame, candles: pd.DataFrame) -> None:
        """Note whether the last rows agree; a value that is missing both ways proves nothing."""
        _, ours = self.of(pair, candles, 1)
        theirs = [name for name in frame.columns if name.startswith(FEATURE[0])]
        both = ours.columns.intersection(theirs)
        last, own = (table[both].iloc[-1].to_numpy(np.float64) for table in (frame, ours))
        same = np.isclose(last, own, rtol=ROUNDING, atol=ROUNDING, equal_nan=True)
        other = [*ours.columns.symmetric_difference(theirs), *both[~same]]
        if other:
            self._agree[pair] = False
            logger.warning(
                "%s: %d features of FreqAI's last row are not what aurum_plugins computes, %s "
                "among them; forecasts of this pair take longer.",
                pair,
                len(other),
                other[0],
            )
        elif not np.isnan(last[~both.isin(self._columns.venue_names)]).any():
            self._agree[pair] = True
