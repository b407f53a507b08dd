"""From finer prices to coarser candles."""

from __future__ import annotations

import numpy as np

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.sandbox.market.intervals import open_of
from aurum_plugins.sandbox.market.intrabar import SecondPath
from aurum_plugins.sandbox.market.tape import Candles, IntArray


def aggregate(candles: Candles, interval: str) -> Candles:
    """Merge candles into those of a longer (or the same) interval.

    Parameters
    ----------
    candles : Candles
        Finer candles; holes are allowed and leave holes where a whole coarse candle is missing.
    interval : str
        A key of `INTERVAL_MS`.

    Returns
    -------
    Candles
        The last one may be partial: it covers what `candles` covers.
    """
    return merge(candles, open_of(interval, candles.open_ms))


def merge(candles: Candles, opens: IntArray) -> Candles:
    """Merge runs of candles that belong to the same longer one.

    Parameters
    ----------
    candles : Candles
        Shorter candles; holes are allowed.
    opens : ndarray of int64, shape (n,)
        For each of them, UTC milliseconds at which the longer one opens; never falling.
    """
    if len(candles) == 0:
        return candles
    first = np.flatnonzero(np.diff(opens, prepend=opens[0] - 1))
    last = np.append(first[1:], len(opens)) - 1
    return Candles(
        open_ms=opens[first],
        open=candles.open[first],
        high=np.maximum.reduceat(candles.high, first),
        low=np.minimum.reduceat(candles.low, first),
        close=candles.close[last],
        volume=np.add.reduceat(candles.volume, first),
    )


def from_path(path: SecondPath, interval: str) -> Candles:
    """Candles of an interval shorter than the base one, out of a second-by-second path."""
    seconds = path.start_ms + np.arange(len(path)) * SECOND_MS
    price = path.price
    return aggregate(Candles(seconds, price, price, price, price, path.volume), interval)
