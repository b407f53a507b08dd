"""Whether the market as a whole is falling, told by the pair that leads it.

A bear-market filter as old as trend following: while the leader closes below its own long mean, new
long positions are against the tide.

References
----------
M. T. Faber, "A quantitative approach to tactical asset allocation", Journal of Wealth Management 9
(2007).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

# Of the leader's own candles: an older one says nothing about now.
OLDEST_CANDLES = 2


def market_trend(
    dates: pd.Series[pd.Timestamp],
    candle_ms: int,
    leader: pd.DataFrame | None,
    leader_ms: int,
    window: int,
) -> npt.NDArray[np.float64]:
    """The leader's close over its mean of `window` candles, minus 1, at each of a pair's candles.

    Parameters
    ----------
    dates : pandas.Series of datetime, shape (n,)
        UTC time of each candle's open, ascending.
    candle_ms : int
        Length of these candles in milliseconds.
    leader : pandas.DataFrame of shape (m, >= 2) or None
        The leader's candles, with `date` ascending and `close` (quote currency); None where they
        are not asked for.
    leader_ms : int
        Length of the leader's candles in milliseconds, at least `candle_ms`.
    window : int
        The leader's candles in the mean.

    Returns
    -------
    ndarray of shape (n,)
        Of the leader's last candle that had closed when the pair's did. NaN where that closed more
        than two of its own lengths before, or fewer than `window` came before it.
    """
    trend = np.full(len(dates), np.nan)
    if leader is None or leader.empty:
        return trend
    close = leader["close"].where((leader["close"] > 0) & (leader["close"] < np.inf))
    known = (close / close.rolling(window).mean() - 1).to_numpy(np.float64)
    closed_ms = _opens_ms(leader["date"]) + leader_ms
    now_ms = _opens_ms(dates) + candle_ms
    last = np.searchsorted(closed_ms, now_ms, side="right") - 1
    fresh = (last >= 0) & (now_ms - closed_ms[last] < OLDEST_CANDLES * leader_ms)
    trend[fresh] = known[last[fresh]]
    return trend


def _opens_ms(dates: pd.Series[pd.Timestamp]) -> npt.NDArray[np.int64]:
    opens: npt.NDArray[np.int64] = pd.DatetimeIndex(dates).as_unit("ms").asi8
    return opens
