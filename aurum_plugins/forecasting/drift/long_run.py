"""How far the mean of a correlated series strays."""

from __future__ import annotations

import math

from aurum_plugins.forecasting.arrays import FloatArray


def long_run_deviation(values: FloatArray) -> float:
    """Long-run standard deviation: that of the mean of `n` values is this over ``sqrt(n)``.

    Bartlett's weights over `L`, the root of the number of values:

        s^2 = (g_0 + 2 sum over j = 1..L of (1 - j / (L + 1)) g_j) / (1 - (L + 1) / n)

    with `g_j` the autocovariance at lag `j`. The divisor makes up for the covariances having been
    taken about the values' own mean. So wide a window finds more noise in losses that persist than
    the usual, shorter ones: what is wanted here is few false alarms.

    Parameters
    ----------
    values : ndarray of shape (n,)
        In order of time.

    Returns
    -------
    float
        0 or more; NaN for fewer than four values.

    References
    ----------
    W. Newey and K. West, "A simple, positive semi-definite, heteroskedasticity and autocorrelation
    consistent covariance matrix", Econometrica 55 (1987).
    """
    n = len(values)
    lags = round(math.sqrt(n))
    if n < 4:  # noqa: PLR2004  # then the divisor is not above 0
        return math.nan
    centred = values - values.mean()
    variance = float(centred @ centred)
    for lag in range(1, lags + 1):
        variance += 2 * (1 - lag / (lags + 1)) * float(centred[lag:] @ centred[:-lag])
    return math.sqrt(max(variance, 0.0) / n / (1 - (lags + 1) / n))
