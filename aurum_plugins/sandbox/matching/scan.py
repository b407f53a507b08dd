"""A search through time for the next second that matters to the orders of a symbol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.sandbox.market import Market
from aurum_plugins.sandbox.market.tape import FloatArray, IntArray
from aurum_plugins.sandbox.matching.resting import Reach


class Moment(NamedTuple):
    """One second of trading.

    Attributes
    ----------
    second_ms : int
        UTC milliseconds of its begin.
    ticks : int
        Traded price, whole ticks.
    volume : float
        Base currency.
    """

    second_ms: int
    ticks: int
    volume: float


@dataclass(frozen=True)
class _Candle:
    """The seconds of one base candle that a reach covers."""

    row: int
    seconds: IntArray
    ticks: IntArray
    volume: FloatArray


class Scan:
    """The seconds of one symbol in [start_ms, end_ms), searched candle by candle.

    Only candles whose range is within reach are looked into, so that days of idle waiting cost
    little.

    Parameters
    ----------
    start_ms, end_ms : int
        UTC milliseconds, whole seconds.
    """

    def __init__(self, market: Market, symbol: str, start_ms: int, end_ms: int) -> None:
        self._market = market
        self._symbol = symbol
        self._tick = market.instrument(symbol).tick
        self._end_ms = end_ms
        self._interval_ms = market.tape.interval_ms
        begin = start_ms // self._interval_ms * self._interval_ms
        candles = market.tape.window(symbol, begin, end_ms)
        self._opens = candles.open_ms
        self._lows = self._in_ticks(candles.low)
        self._highs = self._in_ticks(candles.high)
        self._reach: Reach | None = None
        self._rows: IntArray = np.empty(0, np.int64)
        self._candle: _Candle | None = None

    def next(self, after_ms: int, reach: Reach) -> Moment | None:
        """The first second at or after `after_ms` whose price is within reach, or None."""
        if reach != self._reach:
            within = (self._lows <= reach.down) | (self._highs >= reach.up)
            self._rows = np.flatnonzero(within)
            self._reach, self._candle = reach, None
        # The candle that contains `after_ms` opens less than one interval before it.
        first = np.searchsorted(self._opens[self._rows], after_ms - self._interval_ms, "right")
        for row in self._rows[first:].tolist():
            candle = self._look_into(row, reach)
            at = int(np.searchsorted(candle.seconds, after_ms))
            if at < len(candle.seconds):
                return Moment(
                    int(candle.seconds[at]), int(candle.ticks[at]), float(candle.volume[at])
                )
        return None

    def _look_into(self, row: int, reach: Reach) -> _Candle:
        if self._candle is None or self._candle.row != row:
            opens = int(self._opens[row])
            end_ms = min(opens + self._interval_ms, self._end_ms)
            (path,) = self._market.paths(self._symbol, opens, end_ms)
            ticks = self._in_ticks(path.price)
            hits = np.flatnonzero((ticks <= reach.down) | (ticks >= reach.up))
            seconds = opens + hits * SECOND_MS
            self._candle = _Candle(row, seconds, ticks[hits], path.volume[hits])
        return self._candle

    def _in_ticks(self, price: FloatArray) -> IntArray:
        return np.rint(price / self._tick).astype(np.int64)
