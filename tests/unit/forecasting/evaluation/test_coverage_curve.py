from __future__ import annotations

import math

import numpy as np
import pytest

from aurum_plugins.forecasting.errors import BadRows
from aurum_plugins.forecasting.evaluation.coverage_curve import CoverageCurve, CoveragePoint

CONFIDENCE = np.array([0.9, 0.2, 0.5, 0.5, np.nan])
HITS = np.array([1.0, 0.0, 1.0, 0.5, 0.0])


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    confidence = rng.integers(0, 40, 700) / 40
    confidence[rng.random(700) < 0.1] = np.nan
    return confidence, rng.choice([0.0, 0.5, 1.0], 700)


def same(point: CoveragePoint, other: CoveragePoint) -> bool:
    pairs = zip(vars(point).values(), vars(other).values())
    return all(a == pytest.approx(b, nan_ok=True) for a, b in pairs)


class TestKnownAnswers:
    def test_the_curve(self):
        curve = CoverageCurve.of(CONFIDENCE, HITS)
        assert curve.thresholds.tolist() == [0.9, 0.5, 0.2]
        assert curve.counts.tolist() == [1, 3, 4]
        assert curve.coverage.tolist() == [0.2, 0.6, 0.8]
        np.testing.assert_allclose(curve.accuracy, [1.0, 2.5 / 3, 2.5 / 4])

    def test_rows_of_one_confidence_come_together(self):
        points = CoverageCurve.of(CONFIDENCE, HITS).at_coverages((0.2, 0.4, 0.6))
        assert points[0] == CoveragePoint(0.9, 1, 0.2, 1.0)
        assert points[1] == points[2] == CoveragePoint(0.5, 3, 0.6, pytest.approx(2.5 / 3))

    def test_more_than_there_is(self):
        (point,) = CoverageCurve.of(CONFIDENCE, HITS).at_coverages([1.0])
        assert point == CoveragePoint(0.2, 4, 0.8, 0.625)

    def test_fixed_thresholds(self):
        points = CoverageCurve.of(CONFIDENCE, HITS).at_thresholds((0.0, 0.5, 0.51, 0.9))
        assert [(point.threshold, point.rows) for point in points] == [
            (0.0, 4),
            (0.5, 3),
            (0.51, 1),
            (0.9, 1),
        ]

    def test_nothing_is_sure_enough(self):
        (point,) = CoverageCurve.of(CONFIDENCE, HITS).at_thresholds([0.95])
        assert same(point, CoveragePoint(0.95, 0, 0.0, math.nan))


def test_shares_that_are_whole_rows_but_for_rounding():
    curve = CoverageCurve.of(np.arange(100.0), np.ones(100))
    points = curve.at_coverages((0.07, 0.29, 0.57, 1.0))
    assert [point.rows for point in points] == [7, 29, 57, 100]


def test_every_threshold_against_a_plain_count(rows):
    confidence, hits = rows
    curve = CoverageCurve.of(confidence, hits)
    thresholds = np.linspace(-0.1, 1.1, 61)
    for threshold, point in zip(thresholds, curve.at_thresholds(thresholds)):
        passing = hits[confidence >= threshold]
        mean = passing.mean() if len(passing) else math.nan
        assert same(point, CoveragePoint(threshold, len(passing), len(passing) / 700, mean))


def test_every_coverage_against_a_plain_search(rows):
    confidence, hits = rows
    curve = CoverageCurve.of(confidence, hits)
    shares = np.linspace(0.01, 0.85, 50)
    for share, point in zip(shares, curve.at_coverages(shares)):
        enough = [t for t in set(confidence) if (confidence >= t).mean() >= share - 1e-9]
        assert point.threshold == max(enough)
        assert point.coverage == (confidence >= point.threshold).mean()
        assert point.accuracy == pytest.approx(hits[confidence >= point.threshold].mean())


def test_the_order_of_rows_means_nothing(rows):
    confidence, hits = rows
    order = np.random.default_rng(1).permutation(len(hits))
    assert (
        CoverageCurve.of(confidence[order], hits[order]).at_coverages()
        == CoverageCurve.of(confidence, hits).at_coverages()
    )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("rows", [0, 3])
def test_no_row_has_a_confidence(rows):
    curve = CoverageCurve.of(np.full(rows, np.nan), np.ones(rows))
    assert len(curve.coverage) == len(curve.accuracy) == 0
    coverage = 0.0 if rows else math.nan
    (point,) = curve.at_coverages([0.5])
    assert same(point, CoveragePoint(math.nan, 0, coverage, math.nan))
    (point,) = curve.at_thresholds([0.5])
    assert same(point, CoveragePoint(0.5, 0, coverage, math.nan))


def test_what_makes_no_sense():
    with pytest.raises(BadRows, match="hits must be finite, but row 1 is nan"):
        CoverageCurve.of(np.ones(2), np.array([1.0, np.nan]))
    with pytest.raises(BadRows, match="one length"):
        CoverageCurve.of(np.ones(2), np.ones(3))
    with pytest.raises(ValueError, match="a coverage must be above 0 and at most 1, got 0"):
        CoverageCurve.of(np.ones(2), np.ones(2)).at_coverages([0])
    with pytest.raises(ValueError, match=r"at most 1, got 1\.5"):
        CoverageCurve.of(np.ones(2), np.ones(2)).at_coverages([1.5])
