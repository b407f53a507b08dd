"""What members say of rows, before the record of their outcomes is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.columns_of_rows import ColumnsOfRows


@dataclass(frozen=True, eq=False)
class ScoredRows(ColumnsOfRows):
    """n rows as one target's model sees them, each of which depends on no outcome.

    Attributes
    ----------
    candles : ndarray of int, shape (n,)
        Rising.
    scaled : ndarray of shape (n, k)
        The selected features, scaled and finite.
    usable : ndarray of bool, shape (n,)
        Whether enough of them were there.
    scores : ndarray of shape (n, m)
        Of the members; NaN where a sequence member lacks part of a row's window.
    novelty : ndarray of shape (n,)
    not_finite : ndarray of int, shape (n,)
        Scaled features that were not finite, and were replaced; see `models_door`.
    """

    candles: IntArray
    scaled: FloatArray
    usable: BoolArray
    scores: FloatArray
    novelty: FloatArray
    not_finite: IntArray
