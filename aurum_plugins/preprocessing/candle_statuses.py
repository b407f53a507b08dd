"""Which received candles can be believed.

The first rule that applies decides:

1. invalid: a price that is not finite or outside 1e-18 to 1e18, a volume that is not finite, below
   0 or above 1e24, or an open or close outside low to high;
2. empty: no volume, and one price for all four. freqtrade fills holes with such candles, live and
   in backtests, so this is how an outage looks after it was papered over;
3. invalid: no volume, and yet the price moved;
4. implausible: a high of more than `largest_move` times the low, or a candle that goes further than
   that factor from both the last believed close and the close of the candle before.

Because either close will do, one wild candle does not take the sane one after it along, and a
lasting change of level, such as a redenomination, is marked once. Invalid candles are passed over
when looking for the close before; empty ones are judged like the rest, but keep their name.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.features.candles import BoolArray, CandleStatus

SMALLEST_PRICE, LARGEST_PRICE = 1e-18, 1e18
LARGEST_VOLUME = 1e24


def candle_statuses(
    open_: FloatArray,
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    volume: FloatArray,
    largest_move: float,
) -> NDArray[np.uint8]:
    """Judge each candle by itself and by those before it.

    Parameters
    ----------
    open_, high, low, close : ndarray of float64, shape (n,)
        Quote currency, oldest first, any number.
    volume : ndarray of float64, shape (n,)
        Base currency, any number.
    largest_move : float
        A factor above 1.

    Returns
    -------
    ndarray of uint8, shape (n,)
        Values of `CandleStatus`, never `MISSING`. Row `t` depends on rows 0 to `t` alone.
    """
    # A comparison with NaN is false: what is not finite fails here without a test of its own.
    sound = (low >= SMALLEST_PRICE) & (high <= LARGEST_PRICE)
    sound &= (low <= open_) & (open_ <= high) & (low <= close) & (close <= high)
    sound &= (volume >= 0.0) & (volume <= LARGEST_VOLUME)
    status = np.full(len(close), CandleStatus.OBSERVED, dtype=np.uint8)
    if sound.all() and volume.all():
        status[_implausible(high, low, close, largest_move)] = CandleStatus.IMPLAUSIBLE
        return status
    traded = volume > 0.0
    status[~traded] = CandleStatus.EMPTY
    status[~sound | (~traded & (high != low))] = CandleStatus.INVALID
    valid = np.flatnonzero(status != CandleStatus.INVALID)
    wild = valid[_implausible(high[valid], low[valid], close[valid], largest_move)]
    status[wild[status[wild] == CandleStatus.OBSERVED]] = CandleStatus.IMPLAUSIBLE
    return status


def _implausible(high: FloatArray, low: FloatArray, close: FloatArray, factor: float) -> BoolArray:
    """Which valid candles no market makes, shape (n,)."""
    wild = high > factor * low
    far = np.zeros(len(close), dtype=bool)
    far[1:] = (high[1:] > factor * close[:-1]) | (factor * low[1:] < close[:-1])
    believed, last_suspect = -1, -1
    # Suspects are few. A candle that is none is believed, and so the anchor of the next.
    for row in np.flatnonzero(wild | far).tolist():
        if row - 1 != last_suspect:
            believed = row - 1
        last_suspect = row
        if wild[row]:
            continue
        anchor = close[believed]
        if believed < 0 or high[row] > factor * anchor or factor * low[row] < anchor:
            wild[row] = True
        else:
            believed = row
    return wild
