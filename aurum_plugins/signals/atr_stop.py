"""A stop a fixed number of average true ranges under the entry.

The average is a plain mean over a window, not Wilder's recursion: its memory is finite, so a bot
that was started yesterday and a backtest over years see the same figure.

References
----------
J. W. Wilder, "New concepts in technical trading systems" (1978), for the true range.
"""

from __future__ import annotations

import math

import pandas as pd


def average_true_range(candles: pd.DataFrame, window: int) -> pd.Series[float]:
    """Mean true range of the `window` candles up to and including each one.

    The true range is ``max(high, previous close) - min(low, previous close)``; on the first candle,
    and after a missing close, it is ``high - low``.

    Parameters
    ----------
    candles : pandas.DataFrame of shape (n, >= 3)
        With `high`, `low` and `close` in quote currency, oldest first.
    window : int
        Candles in the mean.

    Returns
    -------
    pandas.Series of shape (n,)
        Quote currency; NaN where the window holds fewer than `window` finite ranges.
    """
    high, low, previous = candles["high"], candles["low"], candles["close"].shift(1)
    top = high.where(~(previous > high), previous)
    bottom = low.where(~(previous < low), previous)
    return (top - bottom).rolling(window).mean()


def atr_stop_price(open_rate: float, average_range: float, multiple: float) -> float | None:
    """Price at which a long position opened at `open_rate` is given up.

    Parameters
    ----------
    open_rate : float
        Entry price, quote currency.
    average_range : float
        Average true range when the position was opened, quote currency.
    multiple : float
        Ranges between entry and stop.

    Returns
    -------
    float or None
        ``open_rate - multiple * average_range``, at least 0. None when either price is not a finite
        positive number: the caller keeps the stop that it has.
    """
    if not all(math.isfinite(x) and x > 0 for x in (open_rate, average_range)):
        return None
    return max(0.0, open_rate - multiple * average_range)
