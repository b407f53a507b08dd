"""Realised volatility.

Crypto trades on every day of the year: a year is 365 days of 24 hours, so that

    sigma = std(ln(close_t / close_(t-1))) * sqrt(365 days / candle)

with the sample standard deviation (one degree of freedom) over a window.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from aurum_plugins.clock import DAY_MS

YEAR_MS = 365 * DAY_MS


def annualised_volatility(close: pd.Series[float], window: int, candle_ms: int) -> pd.Series[float]:
    """Give the standard deviation of the last `window` log returns, a year.

    Parameters
    ----------
    close : pandas.Series of shape (n,)
        Closes in quote currency, oldest first.
    window : int
        Returns in each estimate.
    candle_ms : int
        Length of a candle in milliseconds.

    Returns
    -------
    pandas.Series of shape (n,)
        1.0 is 100 % a year. NaN where the window holds a missing, zero or negative close, or fewer
        than `window` returns.
    """
    returns = pd.Series(np.log(close.where(close > 0)), index=close.index).diff()
    return returns.rolling(window).std() * math.sqrt(YEAR_MS / candle_ms)
