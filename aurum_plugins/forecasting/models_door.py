"""The last check before numbers reach a model."""

from __future__ import annotations

import numpy as np

from aurum_plugins.forecasting.arrays import FloatArray, IntArray


def at_the_door(values: FloatArray) -> tuple[FloatArray, IntArray]:
    """What may go to a model, and how much of each row may not.

    It should never find anything: `Preprocessor.transform`, which everything comes from, takes
    infinite values for missing ones, clips, and puts the median where a value is missing. So what
    is found here is a defect of ours. Trees take NaN without a word and answer all the same, which
    is why the row is refused and counted rather than trusted to fail.

    Parameters
    ----------
    values : ndarray of shape (n, k)
        Scaled features.

    Returns
    -------
    values : ndarray of shape (n, k)
        Finite: 0, the median, stands where a value was not. The same array if all were.
    found : ndarray of int, shape (n,)
        Values of each row that were not finite; such a row must not be acted on.
    """
    finite = np.isfinite(values)
    if finite.all():
        return values, np.zeros(len(values), dtype=np.int64)
    return np.where(finite, values, 0.0), np.count_nonzero(~finite, axis=1).astype(np.int64)
