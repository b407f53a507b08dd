"""What happened inside a base candle, second by second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.sandbox.market.tape import FloatArray

# Share of a candle's range that the path may wander between its turning points.
WANDER = 0.25


@dataclass(frozen=True)
class Bar:
    """One base candle, on its instrument's tick grid."""

    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True)
class SecondPath:
    """Prices and volumes of consecutive seconds.

    Attributes
    ----------
    start_ms : int
        UTC milliseconds of the first second.
    price : ndarray of float64, shape (n,)
        Last traded price in each second, quote currency, on the tick grid.
    volume : ndarray of float64, shape (n,)
        Traded in each second, base currency.
    """

    start_ms: int
    price: FloatArray
    volume: FloatArray

    def __len__(self) -> int:
        return len(self.price)

    @property
    def end_ms(self) -> int:
        """First instant after the path."""
        return self.start_ms + len(self.price) * SECOND_MS


def second_path(
    bar: Bar, *, start_ms: int, seconds: int, tick: float, key: tuple[int, int]
) -> SecondPath:
    """Draw a path that opens, peaks, bottoms and closes exactly as the candle says.

    The path runs open, first extreme, second extreme, close (the extreme nearer to the open comes
    first), with a seeded bridge of noise between the turning points, clipped to the candle's
    range. Aggregating it gives the candle back, bit by bit.

    Parameters
    ----------
    bar : Bar
        The candle.
    start_ms : int
        Its open time, UTC milliseconds.
    seconds : int
        Its length; at least 4, so that each of the four prices has a second of its own.
    tick : float
        Price grid, quote currency.
    key : tuple of int
        Seed and a number for the symbol: together with `start_ms` they fix the randomness.

    Returns
    -------
    SecondPath
        `seconds` prices and volumes. The volumes sum to the candle's.
    """
    rng = np.random.Generator(np.random.Philox(key=np.array(key, np.uint64), counter=start_ms))
    up_first = bar.high - bar.open < bar.open - bar.low
    extremes = (bar.high, bar.low) if up_first else (bar.low, bar.high)
    turns = np.sort(rng.choice(np.arange(1, seconds - 1), size=2, replace=False))
    knots = np.array([0, *turns, seconds - 1])
    prices = np.array([bar.open, *extremes, bar.close])

    at = np.arange(seconds)
    line = np.interp(at, knots, prices)
    noise = np.cumsum(rng.standard_normal(seconds))
    bridge = noise - np.interp(at, knots, noise[knots])
    scale = WANDER * (bar.high - bar.low) / max(1.0, float(np.abs(bridge).max()))
    path = np.clip(np.round((line + scale * bridge) / tick) * tick, bar.low, bar.high)
    path[knots] = prices

    weights = rng.exponential(size=seconds)
    return SecondPath(start_ms, path, bar.volume * weights / weights.sum())
