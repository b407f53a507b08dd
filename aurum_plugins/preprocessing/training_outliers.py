"""Which training rows are unlike the rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

from aurum_plugins.preprocessing.input_table import FloatArray

TREES = 50
# Rows that each tree is grown on; the authors found no gain beyond.
ROWS_PER_TREE = 256


def training_inliers(
    scaled: FloatArray, outlier_share: float, random_state: int | np.random.RandomState | None
) -> NDArray[np.bool_]:
    """Mark the rows that an isolation forest does not isolate quickly.

    Parameters
    ----------
    scaled : ndarray of float64, shape (n, d)
        Finite.
    outlier_share : float in [0, 0.5]
        At most ``floor(outlier_share * n)`` rows are outliers: those of the lowest scores, and
        never one whose score an inlier shares. Two rows are always left.
    random_state : int, RandomState or None

    Returns
    -------
    ndarray of bool, shape (n,)

    References
    ----------
    F. Liu, K. Ting and Z. Zhou, "Isolation forest", IEEE ICDM (2008).
    """
    rows, columns = scaled.shape
    most = min(int(outlier_share * rows), rows - 2)
    if most < 1 or not columns:
        return np.ones(rows, dtype=bool)
    forest = IsolationForest(
        n_estimators=TREES,
        max_samples=min(ROWS_PER_TREE, rows),
        n_jobs=1,
        random_state=random_state,
    )
    scores = forest.fit(scaled).score_samples(scaled)
    return np.asarray(scores >= np.partition(scores, most)[most])
