"""How long the blocks of a bootstrap must be, so that what depends on each other stays together.

The shortest that is sound is twice the horizon of the labels, for those of rows within one horizon
overlap. Where the series itself remembers longer, so must the blocks: the length that minimises the
error of the estimated variance of a mean grows with the cube root of the series' length,

    (n g^2 / s^4)^(1/3)    g = sum over k of w(k / m) |k| R(k)    s^2 = sum over k of w(k / m) R(k)

with `R` the autocovariances, `w` the flat-top window ``min(1, 2 (1 - |x|))`` and `m` twice the lag
after which a few autocorrelations in a row are insignificant.

References
----------
D. Politis and H. White, "Automatic block-length selection for the dependent bootstrap", Econometric
Reviews 23 (2004), corrected by A. Patton, D. Politis and H. White, Econometric Reviews 28 (2009).
"""

from __future__ import annotations

import math

import numpy as np

from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.evaluation.judged_rows import check_numbers

FEWEST_LAGS = 5
HORIZONS = 2
# Of fewer values no autocorrelation is told from 0.
FEWEST_VALUES = 20


def block_length(values: FloatArray, candles: IntArray, horizon: int) -> int:
    """Mean block length for a bootstrap of a figure of rows, in candles.

    Parameters
    ----------
    values : ndarray of shape (n,)
        What the figure is a mean of, as hits or losses.
    candles : ndarray of int, shape (n,)
        Candle of each row, in any order; rows at one candle are averaged.
    horizon : int
        Candles until a label is known.

    Returns
    -------
    int
        Twice the horizon, or the automatic length where that is longer.

    Raises
    ------
    aurum_plugins.forecasting.errors.BadRows
        For columns of different lengths, or a value that is not finite.
    """
    check_numbers(values=values, candles=candles)
    times, of_row = np.unique(candles, return_inverse=True)
    means = np.bincount(of_row, values, len(times)) / np.bincount(of_row, minlength=len(times))
    return max(HORIZONS * horizon, math.ceil(automatic_block_length(means)))


def automatic_block_length(series: FloatArray) -> float:
    """Length of Politis and White for the stationary bootstrap of a mean.

    Parameters
    ----------
    series : ndarray of shape (n,)
        In order of time.

    Returns
    -------
    float
        From 1 to the lesser of ``3 sqrt(n)`` and ``n / 3``; 1 of fewer than 20 values, or of a
        series that is constant.
    """
    n = len(series)
    if n < FEWEST_VALUES or np.ptp(series) == 0:
        return 1.0
    lags = max(FEWEST_LAGS, math.ceil(math.log10(n)))
    most = math.ceil(math.sqrt(n)) + lags
    covariance = _autocovariances(series, min(most + lags, n - 1))
    quiet = np.abs(covariance[1:]) < 2.0 * math.sqrt(math.log10(n) / n) * covariance[0]
    runs = np.convolve(quiet, np.ones(lags), mode="valid") == lags
    last_loud = int(np.argmax(runs)) if runs.any() else most
    reach = min(2 * max(1, last_loud), most)
    k = np.arange(1, reach + 1)
    weighted = 2.0 * np.minimum(1.0, 2.0 * (1.0 - k / reach)) * covariance[1 : reach + 1]
    long_run = float(covariance[0] + weighted.sum())
    # A long-run variance of 0 belongs to what undoes itself, in the end: no length is enough.
    ratio = float(weighted @ k) / long_run if long_run else math.inf
    length = (n * ratio**2) ** (1.0 / 3.0)
    return float(min(max(1.0, length), 3.0 * math.sqrt(n), n / 3.0))


def _autocovariances(series: FloatArray, lags: int) -> FloatArray:
    centred = series - series.mean()
    size = 1 << (2 * len(series) - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    products = np.fft.irfft(np.abs(spectrum) ** 2, size)
    covariances: FloatArray = products[: lags + 1] / len(series)
    return covariances
