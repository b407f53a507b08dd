"""How accurate forecasts are if only those are acted on that are sure enough.

Rows are ranked by a confidence; the coverage is the share of all rows that is acted on. A table at
fixed *coverages* picks each threshold from the very rows that it is judged on, so no one could have
acted on it: it shows whether confidence ranks well, and is optimistic. A table at *thresholds* that
were fixed in advance is what would have happened.

Rows of the same confidence are acted on together or not at all: a rank among them would come from
the order of the rows, which means nothing. A confidence of NaN is never acted on, but counts as a
row.

References
----------
R. El-Yaniv and Y. Wiener, "On the foundations of noise-free selective classification", Journal of
Machine Learning Research 11 (2010), for the risk-coverage curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.evaluation.judged_rows import check_lengths, check_numbers

COVERAGES = (1.0, 0.75, 0.5, 0.25, 0.2, 0.1, 0.05, 0.02, 0.01)


@dataclass(frozen=True)
class CoveragePoint:
    """What happened to the rows at or above a threshold.

    Attributes
    ----------
    threshold : float
        Least confidence that was acted on; NaN if there was none to choose.
    rows : int
        That were acted on.
    coverage : float in [0, 1]
        Their share of all rows.
    accuracy : float in [0, 1]
        Their mean of hits; NaN if there are none.
    """

    threshold: float
    rows: int
    coverage: float
    accuracy: float


@dataclass(frozen=True, eq=False)
class CoverageCurve:
    """Accuracy at every coverage that there is a threshold for.

    Attributes
    ----------
    thresholds : ndarray of shape (k,)
        Each confidence that occurs, falling.
    counts : ndarray of int, shape (k,)
        Rows of that confidence or more.
    hits : ndarray of shape (k,)
        Sum of their hits.
    rows : int
        All rows, those without a confidence included.
    """

    thresholds: FloatArray
    counts: IntArray
    hits: FloatArray
    rows: int

    @classmethod
    def of(cls, confidence: FloatArray, hits: FloatArray) -> CoverageCurve:
        """Rank rows by confidence.

        Parameters
        ----------
        confidence : ndarray of shape (n,)
            The higher, the surer; NaN abstains.
        hits : ndarray of shape (n,)
            As `scores.hits` gives them, or anything else whose mean matters.

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows
            For columns of different lengths, or hits that are not finite.
        """
        check_lengths(confidence=confidence, hits=hits)
        check_numbers(hits=hits)
        known = ~np.isnan(confidence)
        values, of_row = np.unique(-confidence[known], return_inverse=True)
        return cls(
            thresholds=-values,
            counts=np.cumsum(np.bincount(of_row, minlength=len(values))),
            hits=np.cumsum(np.bincount(of_row, hits[known], len(values))),
            rows=len(confidence),
        )

    @property
    def coverage(self) -> FloatArray:
        """Share of all rows, shape (k,), rising."""
        return self.counts / self.rows

    @property
    def accuracy(self) -> FloatArray:
        """Mean of hits, shape (k,)."""
        return self.hits / self.counts

    def at_coverages(self, coverages: Sequence[float] = COVERAGES) -> tuple[CoveragePoint, ...]:
        """The surest rows, as many as make up each coverage: optimistic, ranked in hindsight.

        Parameters
        ----------
        coverages : sequence of float in (0, 1]

        Returns
        -------
        tuple of CoveragePoint
            One each. The highest threshold whose coverage is no less than asked for, which may be
            more where confidences are equal; all rows with a confidence where these are too few.
        """
        for share in coverages:
            if not 0 < share <= 1:
                raise ValueError(f"a coverage must be above 0 and at most 1, got {share}")
        # The tolerance keeps 0.07 * 100 rows from asking for 8.
        wanted = np.ceil(np.asarray(coverages) * self.rows - 1e-9)
        reached = np.searchsorted(self.counts, wanted, side="left")
        return tuple(self._point(min(int(k), len(self.counts) - 1)) for k in reached)

    def at_thresholds(self, thresholds: Sequence[float]) -> tuple[CoveragePoint, ...]:
        """Rows of each confidence or more, by thresholds that were fixed in advance.

        Parameters
        ----------
        thresholds : sequence of float

        Returns
        -------
        tuple of CoveragePoint
            One each.
        """
        last = np.searchsorted(-self.thresholds, -np.asarray(thresholds), side="right") - 1
        return tuple(
            self._point(int(k), float(threshold)) for k, threshold in zip(last, thresholds)
        )

    def _point(self, last: int, threshold: float | None = None) -> CoveragePoint:
        if last < 0:
            lowest = float("nan") if threshold is None else threshold
            return CoveragePoint(lowest, 0, 0.0 if self.rows else float("nan"), float("nan"))
        return CoveragePoint(
            threshold=float(self.thresholds[last]) if threshold is None else threshold,
            rows=int(self.counts[last]),
            coverage=float(self.coverage[last]),
            accuracy=float(self.accuracy[last]),
        )
