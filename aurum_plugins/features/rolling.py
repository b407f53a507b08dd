"""Statistics over the last `window` rows, each row included: finite memory, no look-ahead.

Input is float64 of shape (n,), finite but for NaN rows at its beginning; so is the output, whose
first ``window - 1`` rows after those are NaN as well. Sums remember nothing of what has left the
window, and extremes are TA-Lib's, in C. What has no variance is told by a *relative* test, so no
result depends on the unit of its input.
"""

from __future__ import annotations

import numpy as np
import talib

from aurum_plugins.features.candle_series import FloatArray

# Under this share of the mean square, a variance is what rounding leaves behind.
ROUNDING = 1e-14
# Rows that are summed at a time: what fits into a processor's cache.
BLOCK = 8_192


def rolling_sum(values: FloatArray, window: int) -> FloatArray:
    """Sum of the last `window` values, added up anew for each row.

    A running sum takes away what leaves the window, and keeps its rounding for ever: after a crash,
    the fourth powers of calm returns drown in what is left of the crash's. Here sums of 1, 2, 4 ...
    neighbours are put together, which takes ``2 log2(window)`` additions a row. A row is the same,
    bit for bit, whether computed from a long history or from its window, and the sum of zeros is 0.
    A NaN concerns only the windows that hold it.
    """
    out = np.empty(len(values))
    out[: window - 1] = np.nan
    sums = out[window - 1 :]
    for begin in range(0, len(sums), BLOCK):
        block = sums[begin : begin + BLOCK]
        block[:] = 0.0
        _add_windows(values[begin : begin + len(block) + window - 1], window, block)
    return out


def rolling_mean(values: FloatArray, window: int) -> FloatArray:
    """Arithmetic mean of the last `window` values."""
    return rolling_sum(values, window) / window


def rolling_max(values: FloatArray, window: int) -> FloatArray:
    """Largest of the last `window` values."""
    return values if window == 1 else np.asarray(talib.MAX(values, window))


def rolling_min(values: FloatArray, window: int) -> FloatArray:
    """Smallest of the last `window` values."""
    return values if window == 1 else np.asarray(talib.MIN(values, window))


def rolling_variance(values: FloatArray, window: int) -> FloatArray:
    """Population variance of the last `window` values, 0 where only rounding is left."""
    return _variance(values, rolling_mean(values, window), window)


def _add_windows(values: FloatArray, window: int, total: FloatArray) -> None:
    # Row i of `doubled` holds the sum of `width` values from i on.
    doubled, width, taken = values, 1, 0
    while True:
        if window & width:
            total += doubled[taken : taken + len(total)]
            taken += width
        if taken == window:
            return
        doubled = doubled[:-width] + doubled[width:]
        width *= 2


def rolling_std(values: FloatArray, window: int) -> FloatArray:
    """Population standard deviation of the last `window` values."""
    return np.sqrt(rolling_variance(values, window))


def rolling_covariance(first: FloatArray, second: FloatArray, window: int) -> FloatArray:
    """Population covariance of the last `window` pairs of values."""
    product = rolling_mean(first * second, window)
    return product - rolling_mean(first, window) * rolling_mean(second, window)


def rolling_correlation(first: FloatArray, second: FloatArray, window: int) -> FloatArray:
    """Pearson's correlation of the last `window` pairs, in [-1, 1]; NaN where one is constant."""
    means = rolling_mean(first, window), rolling_mean(second, window)
    scale = _variance(first, means[0], window) * _variance(second, means[1], window)
    together = rolling_mean(first * second, window) - means[0] * means[1]
    return np.clip(divide(together, np.sqrt(scale)), -1.0, 1.0)


def _variance(values: FloatArray, mean: FloatArray, window: int) -> FloatArray:
    square = rolling_mean(values * values, window)
    variance = square - mean * mean
    # Written so that NaN stays NaN.
    variance[variance <= ROUNDING * square] = 0.0
    return variance


def divide(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Quotient, NaN where the denominator is not above 0: undefined, not infinite."""
    out = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=out, where=denominator > 0)
    return out
