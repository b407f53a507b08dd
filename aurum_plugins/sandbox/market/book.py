"""The modelled order book: a fresh ladder of resting orders each second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aurum_plugins.clock import DAY_MS, SECOND_MS
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market.tape import IntArray

LEVELS = 1_000
# Turnover that rests within the first level, in seconds of a typical day's trading.
TOP_LEVEL_SECONDS = 4.0
# Quantities grow away from the touch, as they do in real books, up to this multiple.
DEEPEST_MULTIPLE = 8.0
BPS = 1e-4


@dataclass(frozen=True)
class Ladder:
    """One side of a book, best price first.

    Attributes
    ----------
    ticks : ndarray of int64, shape (n,)
        Prices as whole ticks.
    lots : ndarray of int64, shape (n,)
        Quantities as whole lots, all at least 1.
    """

    ticks: IntArray
    lots: IntArray


@dataclass(frozen=True)
class Book:
    """Both sides of a market during one second.

    Attributes
    ----------
    second_ms : int
        UTC milliseconds of the second it stands for.
    bids, asks : Ladder
        Best bid is always below best ask.
    """

    second_ms: int
    bids: Ladder
    asks: Ladder


def model_book(
    instrument: Instrument, *, price: float, second_ms: int, key: tuple[int, int]
) -> Book:
    """Lay a ladder around a traded price.

    The touch is half a spread from the price, never less than one tick in all; level spacing is
    one tick near the touch and widens to keep the ladder some percent deep; quantities are
    exponential around a mean that grows with depth.

    Parameters
    ----------
    instrument : Instrument
        Gives grid, typical spread and turnover.
    price : float
        Last traded price, quote currency.
    second_ms : int
        UTC milliseconds of the second.
    key : tuple of int
        Seed and a number for the symbol.
    """
    rng = np.random.Generator(np.random.Philox(key=np.array(key, np.uint64), counter=second_ms))
    mid = price / instrument.tick
    spread = max(1, round(mid * instrument.spread_bps * BPS * rng.uniform(0.7, 1.6)))
    best_bid = max(1, int(np.floor(mid - spread / 2)))
    best_ask = max(best_bid + 1, best_bid + spread)

    gap = max(1.0, mid * BPS * 0.5 / 10)
    distance = np.floor(np.arange(LEVELS) * gap).astype(np.int64)
    top = instrument.daily_volume / (DAY_MS / SECOND_MS) * TOP_LEVEL_SECONDS / price
    mean = top / instrument.step * np.linspace(1.0, DEEPEST_MULTIPLE, LEVELS)
    lots = np.maximum(1, (mean * rng.exponential(size=(2, LEVELS))).astype(np.int64))

    bid_ticks = best_bid - distance
    alive = bid_ticks >= 1
    return Book(
        second_ms=second_ms,
        bids=Ladder(bid_ticks[alive], lots[0][alive]),
        asks=Ladder(best_ask + distance, lots[1]),
    )
