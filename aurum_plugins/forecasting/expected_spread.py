"""How much wider than usual the outcomes of a row are expected to lie."""

from __future__ import annotations

import numpy as np

from aurum_plugins.forecasting.arrays import FloatArray

MOST_LOG_VOLATILITY = 3.0


def expected_spread(log_volatility: FloatArray) -> FloatArray:
    """Root of the expected volatility, in units of the usual one; 1 where it is not known.

    The root, because a forecast of volatility is itself uncertain: wide enough for the wildest rows
    by the volatility itself would be too wide for most of them.

    Parameters
    ----------
    log_volatility : ndarray of shape (n,)
        Forecast logarithm of the volatility by the usual one; beyond -3 and 3 it is cut off.

    Returns
    -------
    ndarray of shape (n,)
    """
    spread = np.exp(0.5 * np.clip(log_volatility, -MOST_LOG_VOLATILITY, MOST_LOG_VOLATILITY))
    return np.where(np.isfinite(spread), spread, 1.0)
