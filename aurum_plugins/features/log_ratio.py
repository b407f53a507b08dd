"""The logarithm of a quotient, where it has one."""

from __future__ import annotations

import numpy as np

from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.features.rolling import divide


def log_ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """``ln(numerator / denominator)``, NaN where either is not above 0.

    Parameters
    ----------
    numerator, denominator : ndarray of float64, shape (n,)

    Returns
    -------
    ndarray of float64, shape (n,)
        Free of the unit that both share; never infinite.
    """
    ratio = divide(numerator, denominator)
    return np.log(ratio, out=np.full(len(ratio), np.nan), where=ratio > 0)
