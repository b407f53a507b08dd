"""How far from its forecast a label may be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aurum_plugins.forecasting.arrays import FloatArray
from aurum_plugins.forecasting.conformal.rolling_record import RecordedRows, rank


def radii(residual: FloatArray, recorded: RecordedRows, levels: Sequence[float]) -> FloatArray:
    """Give the residual that so large a share of the record did not exceed.

    Parameters
    ----------
    residual : ndarray of shape (k,)
        Of each outcome, in spreads.
    recorded : RecordedRows
        r rows.
    levels : sequence of float in (0, 1), length L

    Returns
    -------
    ndarray of shape (r, L)
        The score at `rank` of those that rise, which for labels that do not overlap is the
        ``ceil(level * (n + 1))``-th of `n`: the quantile of split conformal prediction. NaN where
        there are too few.

    References
    ----------
    J. Lei, M. G'Sell, A. Rinaldo, R. Tibshirani and L. Wasserman, "Distribution-free predictive
    inference for regression", Journal of the American Statistical Association 113 (2018).
    """
    out = np.full((len(recorded.places), len(levels)), np.nan)
    if not len(residual):
        return out
    rising = np.sort(np.where(recorded.counted, residual[recorded.places], np.inf), axis=1)
    count = recorded.counted.sum(axis=1)
    for column, level in enumerate(levels):
        place = rank(level, count, recorded.peers)
        enough = np.flatnonzero(place <= count)
        out[enough, column] = rising[enough, place[enough] - 1]
    return out
