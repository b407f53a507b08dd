"""Sums over a window that remember nothing of what has left it."""

from __future__ import annotations

import numpy as np

from aurum_plugins.features.candle_series import FloatArray


def window_sum(values: FloatArray, window: int) -> FloatArray:
    """Sum of the last `window` values, added up anew for each row.

    A running sum takes away what leaves the window, and keeps its rounding for ever: after a crash,
    the fourth powers of calm returns drown in what is left of the crash's. Here sums of 1, 2, 4 ...
    neighbours are put together, which takes ``2 log2(window)`` additions a row, and the sum of
    zeros is 0.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        A NaN concerns only the windows that hold it.
    window : int
        1 or more.

    Returns
    -------
    ndarray of float64, shape (n,)
        NaN in the first ``window - 1`` rows.
    """
    out = np.full(len(values), np.nan)
    rows = len(values) - window + 1
    if rows < 1:
        return out
    total = out[window - 1 :]
    total[:] = 0.0
    # Row i holds the sum of `width` values from i on.
    block, width, taken = values, 1, 0
    while width <= window:
        if window & width:
            total += block[taken : taken + rows]
            taken += width
        if 2 * width <= window:
            block = block[:-width] + block[width:]
        width *= 2
    return out
