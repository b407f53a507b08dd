from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from aurum_plugins.forecasting.errors import BadRows
from aurum_plugins.forecasting.evaluation.calibration_error import (
    ReliabilityBin,
    expected_calibration_error,
    reliability_table,
)


def drawn(seed: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    probability = rng.beta(8, 8, rows)
    return probability, rng.random(rows) < probability


class TestKnownAnswers:
    def test_two_bins_of_equal_mass(self):
        probability = np.array([0.7, 0.1, 0.3, 0.6])
        outcome = np.array([True, False, True, True])
        low, high = reliability_table(probability, outcome, bins=2)
        assert low == ReliabilityBin(pytest.approx(0.2), 0.5, 2)
        assert high == ReliabilityBin(pytest.approx(0.65), 1.0, 2)
        assert low.difference == pytest.approx(0.3)
        assert expected_calibration_error([low, high]) == pytest.approx((0.3 + 0.35) / 2)

    def test_two_bins_of_equal_width(self):
        probability = np.array([0.5, 0.1, 0.3, 0.6])
        outcome = np.array([True, False, True, True])
        low, high = reliability_table(probability, outcome, bins=2, binning="equal_width")
        assert low == ReliabilityBin(pytest.approx(0.3), pytest.approx(2 / 3), 3)
        assert high == ReliabilityBin(0.6, 1.0, 1)
        error = expected_calibration_error([low, high])
        assert error == pytest.approx(0.75 * (2 / 3 - 0.3) + 0.25 * 0.4)

    def test_every_tenth_edge_belongs_to_the_bin_below(self):
        probability = np.arange(1, 11) / 10
        table = reliability_table(probability, probability > 0.5, binning="equal_width")
        assert [line.count for line in table] == [1] * 10

    def test_certain_forecasts(self):
        probability = np.array([0.0, 0.0, 1.0, 1.0])
        for binning in ("equal_mass", "equal_width"):
            table = reliability_table(probability, probability > 0.5, binning=binning)
            assert [line.count for line in table] == [2, 2]
            assert expected_calibration_error(table) == 0.0
            table = reliability_table(probability, probability < 0.5, binning=binning)
            assert expected_calibration_error(table) == 1.0


@pytest.mark.parametrize(
    ("binning", "sklearn"), [("equal_mass", "quantile"), ("equal_width", "uniform")]
)
def test_bins_are_those_of_scikit_learn(binning, sklearn):
    probability, outcome = drawn(0, 1_000)
    share, mean = calibration_curve(outcome, probability, n_bins=10, strategy=sklearn)
    table = reliability_table(probability, outcome, binning=binning)
    np.testing.assert_allclose([line.observed_share for line in table], share)
    np.testing.assert_allclose([line.mean_probability for line in table], mean)


@pytest.mark.parametrize("rows", [7, 10, 99, 1_003])
def test_bins_of_equal_mass_differ_by_one_row_at_most(rows):
    probability, outcome = drawn(1, rows)
    counts = [line.count for line in reliability_table(probability, outcome)]
    assert sum(counts) == rows
    assert max(counts) - min(counts) <= 1
    assert len(counts) == min(rows, 10)


def test_rows_of_one_probability_are_never_parted():
    rng = np.random.default_rng(2)
    probability = rng.choice([0.2, 0.5, 0.51, 0.8], 400, p=[0.1, 0.6, 0.2, 0.1])
    outcome = rng.random(400) < probability
    table = reliability_table(probability, outcome)
    assert [line.mean_probability for line in table] == pytest.approx([0.2, 0.5, 0.51, 0.8])
    order = rng.permutation(400)
    assert reliability_table(probability[order], outcome[order]) == table


def test_a_calibrated_forecast_has_hardly_any_error():
    table = reliability_table(*drawn(4, 100_000))
    # By chance alone, 0.8 sqrt(0.25 / 10,000) = 0.004.
    assert expected_calibration_error(table) < 0.006
    probability, outcome = drawn(4, 100_000)
    shifted = reliability_table((probability + 0.05).clip(0, 1), outcome)
    assert expected_calibration_error(shifted) == pytest.approx(0.05, abs=0.006)


def test_no_rows():
    for binning in ("equal_mass", "equal_width"):
        table = reliability_table(np.array([]), np.array([], dtype=bool), binning=binning)
        assert table == ()
        assert math.isnan(expected_calibration_error(table))


def test_rows_that_make_no_sense():
    with pytest.raises(BadRows, match="probability must be from 0 to 1"):
        reliability_table(np.array([2.0]), np.array([True]))
    with pytest.raises(ValueError, match="bins must be 1 or more, got 0"):
        reliability_table(np.array([0.5]), np.array([True]), bins=0)
