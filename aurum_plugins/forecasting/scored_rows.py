"""What members say of rows, before the record of their outcomes is looked at."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class ScoredRows:
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
    """

    candles: IntArray
    scaled: FloatArray
    usable: BoolArray
    scores: FloatArray
    novelty: FloatArray

    def __len__(self) -> int:
        return len(self.candles)

    def __getitem__(self, rows: slice) -> Self:
        return type(self)(*(getattr(self, column.name)[rows] for column in fields(self)))

    def followed_by(self, later: Self) -> Self:
        """These rows, and later ones behind them."""
        both = (
            np.concatenate([getattr(self, column.name), getattr(later, column.name)])
            for column in fields(self)
        )
        return type(self)(*both)
