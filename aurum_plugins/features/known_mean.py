"""The mean of what is known in a window: a few holes neither poison it nor count as zero."""

from __future__ import annotations

import numpy as np

from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.features.rolling import rolling_sum


def known_mean(values: FloatArray, window: int, largest_absent_share: float) -> FloatArray:
    """Mean of the finite values among the last `window`, each row included.

    What left the window leaves no rounding behind: a stretch of zeros has the mean 0 exactly, and
    the last row is the same, bit for bit, whether computed from a long history or from its window.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        NaN and infinite values are holes.
    window : int
        Rows, 1 or more.
    largest_absent_share : float in [0, 1]
        Of the window; 1 asks for no more than one value. What lies before the first row is absent.

    Returns
    -------
    ndarray of float64, shape (n,)
        NaN where a larger share of the window is absent, or all of it.
    """
    known = np.isfinite(values)
    before = np.zeros(window - 1)
    total = rolling_sum(np.concatenate([before, np.where(known, values, 0.0)]), window)
    count = np.cumsum(known)
    count[window:] -= count[:-window].copy()
    # Shares are compared, not counts: 3 / 30 is the same number as 0.1, 30 * 0.1 is not 3.
    enough = (count > 0) & ((window - count) / window <= largest_absent_share)
    mean: FloatArray = np.divide(
        total[window - 1 :], count, out=np.full(len(values), np.nan), where=enough
    )
    return mean
