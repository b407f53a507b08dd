"""The area under the curve of rows that are ranked once and weighted often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.evaluation.judged_rows import check_probabilities


@dataclass(frozen=True, eq=False)
class RankedOutcomes:
    """Outcomes in order of their forecasts: what a bootstrap of `scores.auc` needs.

    Ranking takes far longer than weighting, and resamples rank rows alike.

    Attributes
    ----------
    order : ndarray of int, shape (n,)
        Rows, their forecasts rising.
    place : ndarray of int, shape (n,)
        Of each forecast, in that order, among the distinct ones, from 0 on.
    outcome : ndarray of shape (n,)
        1 or 0, in that order.
    """

    order: IntArray
    place: IntArray
    outcome: FloatArray

    @classmethod
    def of(cls, probability: FloatArray, outcome: BoolArray) -> Self:
        """Rank rows; parameters and errors are as of `scores.brier`."""
        check_probabilities(probability, outcome)
        order = np.argsort(probability)
        _, place = np.unique(probability[order], return_inverse=True)
        return cls(order, place, outcome[order].astype(np.float64))

    def auc(self, weights: FloatArray) -> float:
        """Area under the curve, rows counting by weight; equal forecasts count half.

        Parameters
        ----------
        weights : ndarray of shape (n,)
            0 or more.

        Returns
        -------
        float in [0, 1]
            NaN if no weight is on rows of one of the outcomes.
        """
        ranked = weights[self.order]
        above = np.bincount(self.place, ranked * self.outcome)
        others = np.bincount(self.place, ranked * (1.0 - self.outcome))
        pairs = float(above.sum() * others.sum())
        lower = np.cumsum(others) - others / 2.0
        # No `@`: for a product as small as this, its threads cost more than they save.
        return float((above * lower).sum()) / pairs if pairs > 0 else float("nan")
