from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.forecasting.errors import BadRows, NotFitted, OneOutcome
from aurum_plugins.forecasting.target import Target
from aurum_plugins.forecasting.value_calibrator import ValueCalibrator

VALUE, SIGN = Target("volatility", "value"), Target("return", "sign")


def drawn(n, slope, level=0.0, noise=0.5, seed=0):
    rng = np.random.default_rng(seed)
    score = rng.normal(size=n)
    return score, level + slope * score + noise * rng.normal(size=n)


@pytest.mark.parametrize("target", [VALUE, SIGN])
@pytest.mark.parametrize(("slope", "level"), [(0.3, 0.2), (2.0, -1.0)])
def test_much_evidence_finds_the_truth(target, slope, level):
    calibrator = ValueCalibrator(target).fit(*drawn(200_000, slope, level))
    assert calibrator.slope_ == pytest.approx(slope, rel=0.05)
    assert calibrator.intercept_ == pytest.approx(level, abs=0.02)


def test_it_is_least_squares_with_a_hundred_rows_of_no_correction():
    """The prior as rows: 100 for the slope alone, 100 for the intercept alone."""
    score, label = drawn(150, 0.4, 0.5)
    low, high = np.quantile(label, [0.01, 0.99])
    clipped = np.clip(label, low, high)
    rms = np.sqrt(np.mean(score**2))
    rows = np.vstack([np.column_stack([score / rms, np.ones(150)]), [[10.0, 0.0], [0.0, 10.0]]])
    slope = np.linalg.lstsq(rows, np.append(clipped, [10.0 * rms, 0.0]), rcond=None)[0][0] / rms
    calibrator = ValueCalibrator(VALUE).fit(score, label)
    assert calibrator.slope_ == pytest.approx(slope)
    assert calibrator.intercept_ == pytest.approx(np.mean(clipped - slope * score) * 150 / 250)


def test_without_evidence_values_stay_and_log_odds_say_nothing():
    score, label = drawn(24, 0.5, 1.0)
    assert ValueCalibrator(VALUE, 1000).fit(score, label).slope_ == pytest.approx(1, abs=0.01)
    assert ValueCalibrator(SIGN, 1000).fit(score, label).slope_ == pytest.approx(0, abs=0.01)


def test_a_score_that_is_wrong_way_round_says_nothing():
    score, label = drawn(5_000, -1.0, 0.5)
    calibrator = ValueCalibrator(VALUE).fit(score, label)
    assert calibrator.slope_ == 0.0
    assert calibrator.value(np.array([-9.0, 9.0])) == pytest.approx([0.5, 0.5], abs=0.05)


def test_one_crash_does_not_set_the_slope():
    score, label = drawn(2_000, 0.5)
    usual = ValueCalibrator(VALUE).fit(score, label).slope_
    label[np.argmax(score)] = -1e6
    assert ValueCalibrator(VALUE).fit(score, label).slope_ == pytest.approx(usual, abs=0.02)


def test_unknown_rows_teach_nothing_and_stay_unknown():
    score, label = drawn(100, 1.0)
    known = ValueCalibrator(VALUE).fit(score, label)
    score_, label_ = np.append(score, [np.nan, 5.0]), np.append(label, [1.0, np.nan])
    assert ValueCalibrator(VALUE).fit(score_, label_).slope_ == known.slope_
    assert np.isnan(known.value(np.array([np.nan]))).all()


def test_scores_that_are_all_zero():
    calibrator = ValueCalibrator(VALUE).fit(np.zeros(100), np.array([0.0, 1.0] * 50))
    assert calibrator.value(np.array([0.0, 1.0])) == pytest.approx([0.25, 1.25])


@pytest.mark.parametrize("labels", [[2.0, 2.0], [np.nan, np.nan], []])
def test_labels_of_one_value(labels):
    with pytest.raises(OneOutcome, match="return: all labels of the calibration block"):
        ValueCalibrator(SIGN).fit(np.zeros(len(labels)), np.array(labels))


def test_lengths_that_differ():
    with pytest.raises(BadRows, match=r"must be of one length, got \(3, 1\) and \(3,\)"):
        ValueCalibrator(SIGN).fit(np.zeros((3, 1)), np.zeros(3))


def test_it_must_be_fitted_first():
    with pytest.raises(NotFitted, match="the calibrator of return was not trained"):
        ValueCalibrator(SIGN).value(np.zeros(1))
