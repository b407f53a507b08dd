"""Scores whose labels are known."""

from __future__ import annotations

import numpy as np

from aurum_plugins.forecasting.arrays import FloatArray
from aurum_plugins.forecasting.errors import BadRows


def known_pairs(score: FloatArray, target: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the rows of which both the score and the label are finite.

    Raises
    ------
    aurum_plugins.forecasting.errors.BadRows
        If lengths differ.
    """
    if np.shape(score) != np.shape(target) or np.ndim(score) != 1:
        raise BadRows(
            f"scores and labels must be of one length, got {np.shape(score)} and {np.shape(target)}"
        )
    known = np.isfinite(score) & np.isfinite(target)
    return np.asarray(score[known], dtype=float), np.asarray(target[known], dtype=float)
