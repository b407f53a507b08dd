"""Realised volatility, and a stake that shrinks as it grows.

Crypto trades on every day of the year: a year is 365 days of 24 hours, so that

    sigma = std(ln(close_t / close_(t-1))) * sqrt(365 days / candle)

with the sample standard deviation (one degree of freedom) over a window. A position that is
``target / sigma`` of its share of the equity, and never more than all of it, swings by about
`target` a year on that share.

References
----------
A. Moreira and T. Muir, "Volatility-managed portfolios", Journal of Finance 72 (2017).
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


def volatility_targeted_stake(
    share: float, volatility: float, target: float, max_stake: float
) -> float:
    """Quote currency to commit to one position.

    Parameters
    ----------
    share : float
        What the position would get without regard to volatility, quote currency.
    volatility : float
        Forecast or realised volatility of the pair, 1.0 is 100 % a year.
    target : float
        Volatility wanted of the share, in the same unit.
    max_stake : float
        Never exceeded, quote currency.

    Returns
    -------
    float
        ``min(max_stake, share * min(1, target / volatility))``. 0.0, which opens nothing, when a
        figure is not finite or not positive: a position of unknown risk has no size.
    """
    if not all(math.isfinite(x) and x > 0 for x in (share, volatility, target)):
        return 0.0
    stake = share * min(1.0, target / volatility)
    return min(stake, max_stake) if max_stake > 0 else 0.0
