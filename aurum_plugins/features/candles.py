"""Candles on a regular grid, each with a word on whether it can be believed.

What was not observed stays marked: nothing is filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from aurum_plugins.features.candle_series import CandleSeries, FloatArray

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class CandleStatus(IntEnum):
    """What is known of one interval of time. Only `OBSERVED` carries information."""

    OBSERVED = 0
    MISSING = 1  # no candle was received: an outage, or a hole in the data
    EMPTY = 2  # one price, no volume: nobody traded, or somebody filled a hole
    INVALID = 3  # not finite, not positive, or contradicting itself
    IMPLAUSIBLE = 4  # a move that no market makes in one candle


@dataclass(frozen=True, eq=False)
class Candles:
    """Candles of one pair on the grid of their interval, oldest first, without holes.

    Attributes
    ----------
    interval_ms : int
        Length of a candle, milliseconds.
    open_ms : ndarray of int64, shape (n,)
        UTC milliseconds of each candle's open; each `interval_ms` after the one before.
    open, high, low, close : ndarray of float64, shape (n,)
        Quote currency. Where the status is not `OBSERVED` they hold whatever was received.
    volume : ndarray of float64, shape (n,)
        Base currency.
    status : ndarray of uint8, shape (n,)
        Values of `CandleStatus`.
    """

    interval_ms: int
    open_ms: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    status: NDArray[np.uint8]
    _coverage: dict[int, FloatArray] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.open_ms)

    def __getitem__(self, rows: slice) -> Candles:
        return Candles(
            self.interval_ms,
            self.open_ms[rows],
            self.open[rows],
            self.high[rows],
            self.low[rows],
            self.close[rows],
            self.volume[rows],
            self.status[rows],
        )

    @cached_property
    def observed(self) -> BoolArray:
        """Which candles carry information, shape (n,)."""
        return np.asarray(self.status == CandleStatus.OBSERVED)

    @cached_property
    def is_whole(self) -> bool:
        """Whether every candle was observed."""
        return bool(self.observed.all())

    @cached_property
    def series(self) -> CandleSeries:
        """The observed candles alone, those marked that come after a gap."""
        columns = (self.open, self.high, self.low, self.close, self.volume)
        if self.is_whole:
            return CandleSeries(*columns)
        after_gap = np.zeros(len(self), dtype=np.bool_)
        after_gap[1:] = ~self.observed[:-1]
        return CandleSeries(
            *(column[self.observed] for column in columns), after_gap=after_gap[self.observed]
        )

    def scatter(self, values: FloatArray) -> FloatArray:
        """Put one value of each observed candle back on the grid; NaN elsewhere.

        Parameters
        ----------
        values : ndarray of float64, shape (number of observed candles,)

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        if self.is_whole:
            return values
        out = np.full(len(self), np.nan)
        out[self.observed] = values
        return out

    def coverage(self, window: int) -> FloatArray:
        """Share of the last `window` candles, each one included, that was observed.

        Parameters
        ----------
        window : int
            Candles, 1 or more.

        Returns
        -------
        ndarray of float64, shape (n,)
            In [0, 1]. What lies before the first candle counts as observed: too short a history is
            a warm-up, not a gap.
        """
        if window not in self._coverage:
            absent = np.cumsum(~self.observed, dtype=np.int64)
            before = np.zeros_like(absent)
            before[window:] = absent[:-window]
            self._coverage[window] = 1.0 - (absent - before) / window
        return self._coverage[window]


Market = Mapping[str, Candles]
