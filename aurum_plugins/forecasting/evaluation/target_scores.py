"""How good the probabilities of one target were: overall, by confidence and by probability."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray
from aurum_plugins.forecasting.evaluation import calibration_error, scores
from aurum_plugins.forecasting.evaluation.coverage_curve import CoverageCurve
from aurum_plugins.forecasting.evaluation.forecast_table import ForecastTable
from aurum_plugins.forecasting.evaluation.report import (
    CoveragePoint,
    Estimate,
    ReliabilityBin,
    Scores,
    ThresholdFigures,
)
from aurum_plugins.forecasting.evaluation.uncertainty import Uncertainty

COVERAGES = (1.0, 0.75, 0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01)
# An accuracy of fewer rows is an anecdote.
FEWEST_ROWS = 30
LEAST_CHANCE = 1e-6


class TargetScores:
    """Scores rows that may be acted on and whose target is known.

    Parameters
    ----------
    rows : ForecastTable
        At least one row.
    uncertainty : Uncertainty
        Of the same rows.
    """

    def __init__(self, rows: ForecastTable, uncertainty: Uncertainty) -> None:
        self._rows = rows
        self._uncertainty = uncertainty
        self._above = rows.above
        self._probability = rows.reals("probability")
        self._base_rate = rows.reals("base_rate")
        self._hits = scores.hits(self._probability, self._above)
        self._majority_hits = scores.hits(self._base_rate, self._above)
        self._persists, self._persistence_hits = persistence_hits(rows)

    def overall(self) -> Scores:
        """Every figure over all rows."""
        above, probability, base_rate = self._above, self._probability, self._base_rate
        persists, of_time = self._persists, self._uncertainty
        everywhere = np.ones(len(above))
        # A probability of 0 or 1 that fails costs much, but not everything else with it.
        certain = np.clip(probability, LEAST_CHANCE, 1.0 - LEAST_CHANCE)
        by_mass, by_width = (
            calibration_error.reliability_table(probability, above, binning=binning)
            for binning in ("equal_mass", "equal_width")
        )
        return Scores(
            accuracy=of_time.of_share(self._hits, everywhere),
            majority=float(self._majority_hits.mean()),
            hindsight_majority=scores.hindsight_accuracy(above),
            persistence=share(self._persistence_hits, persists),
            persistence_rows=int(persists.sum()),
            accuracy_beside_persistence=share(self._hits, persists),
            gain_over_persistence=of_time.of_share(
                (self._hits - self._persistence_hits) * persists, persists
            ),
            gain_over_majority=of_time.of_share(self._hits - self._majority_hits, everywhere),
            auc=of_time.of_auc(probability, above),
            brier=scores.brier(probability, above),
            brier_skill=of_time.of_skill(
                scores.brier_losses(probability, above), scores.brier_losses(base_rate, above)
            ),
            log_loss=scores.log_loss(certain, above),
            calibration_error=calibration_error.expected_calibration_error(by_mass),
            calibration_error_equal_width=calibration_error.expected_calibration_error(by_width),
        )

    def curve(self) -> tuple[CoveragePoint, ...]:
        """Accuracy at several coverages, of the most confident rows in hindsight."""
        confidence = self._rows.reals("confidence")
        points = CoverageCurve.of(confidence, self._hits).at_coverages(COVERAGES)
        return tuple(
            CoveragePoint(
                coverage=point.coverage,
                rows=point.rows,
                accuracy=point.accuracy,
                persistence=share(
                    self._persistence_hits, self._persists & (confidence >= point.threshold)
                ),
            )
            # Where confidences are equal, two coverages may come out as one.
            for point in {point.rows: point for point in points}.values()
            if point.rows >= min(FEWEST_ROWS, len(confidence))
        )

    def at_thresholds(self, thresholds: Sequence[float]) -> tuple[ThresholdFigures, ...]:
        """Accuracy at confidences that were fixed before."""
        confidence = self._rows.reals("confidence")
        return tuple(
            ThresholdFigures(
                threshold=threshold,
                rows=int(sure.sum()),
                coverage=float(sure.mean()),
                accuracy=self._accuracy_of(sure),
                majority=share(self._majority_hits, sure),
                persistence=share(self._persistence_hits, sure & self._persists),
            )
            for threshold in thresholds
            for sure in (confidence >= threshold,)
        )

    def _accuracy_of(self, sure: BoolArray) -> Estimate:
        # Few rows are often all right or all wrong, and no resample shows that it was luck.
        if sure.sum() < FEWEST_ROWS:
            return Estimate(value=share(self._hits, sure))
        return self._uncertainty.of_share(self._hits * sure, sure)

    def reliability(self) -> tuple[ReliabilityBin, ...]:
        """Ten bins of about as many rows each."""
        return tuple(
            ReliabilityBin(
                rows=line.count, probability=line.mean_probability, observed=line.observed_share
            )
            for line in calibration_error.reliability_table(self._probability, self._above)
        )


def persistence_hits(rows: ForecastTable) -> tuple[BoolArray, FloatArray]:
    """Where the label's last value is known, and whether its sign came again; (n,) each.

    Where it is not known, the hit is 0 and means nothing.
    """
    persistence = rows.reals("persistence")
    known = np.isfinite(persistence)
    hits = scores.hits(np.where(known, persistence, 0.0), rows.above, boundary=0.0)
    return known, np.where(known, hits, 0.0)


def share(hits: FloatArray, rows: BoolArray) -> float | None:
    """Mean of the hits of some rows; None if there are none."""
    return float(hits[rows].mean()) if rows.any() else None
