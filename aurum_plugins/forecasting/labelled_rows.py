"""The labelled rows of a training window, cut into blocks."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.training_blocks import TrainingBlocks


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """n rows that models are trained on.

    Attributes
    ----------
    features : pandas.DataFrame of shape (n, d)
        Candidates; NaN is missing.
    outcomes : ndarray of shape (n, number of targets)
        Finite.
    candles : ndarray of int, shape (n,)
        Rising; those of several pairs are numbered as `pair_clock` says.
    blocks : TrainingBlocks
    pairs : int
        Whose rows they are.
    """

    features: pd.DataFrame
    outcomes: FloatArray
    candles: IntArray
    blocks: TrainingBlocks
    pairs: int = 1

    def only(self, columns: BoolArray) -> LabelledRows:
        """The rows with some of their features, a mask of shape (d,)."""
        features = self.features.loc[:, columns]
        return LabelledRows(features, self.outcomes, self.candles, self.blocks, self.pairs)
