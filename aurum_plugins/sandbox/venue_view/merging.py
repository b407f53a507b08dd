"""Coarser candles on any grid, Binance's or not."""

from __future__ import annotations

import numpy as np

from aurum_plugins.sandbox.market.tape import Candles


def merge(candles: Candles, length_ms: int) -> Candles:
    """Merge candles into those of `length_ms`, which open at whole multiples since the epoch.

    Parameters
    ----------
    candles : Candles
        Shorter ones, none across an edge of the grid. Holes are allowed.
    length_ms : int
        Length of the merged candles, milliseconds.
    """
    if len(candles) == 0:
        return candles
    opens = candles.open_ms // length_ms * length_ms
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
