from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from aurum_plugins.forecasting import sign_calibrator
from aurum_plugins.forecasting.errors import BadRows, NotFitted, OneOutcome
from aurum_plugins.forecasting.sign_calibrator import SUREST, SignCalibrator


def drawn(n, slope, seed=0, scale=1.0):
    """Scores, and labels whose log-odds are `slope` times the score."""
    rng = np.random.default_rng(seed)
    score = rng.normal(size=n) * scale
    up = rng.uniform(size=n) < 1 / (1 + np.exp(-slope * score))
    return score, np.where(up, 0.3, -0.7)


@pytest.mark.parametrize("slope", [0.2, 1.0, 4.0])
def test_much_evidence_finds_the_truth(slope):
    calibrator = SignCalibrator("up").fit(*drawn(200_000, slope))
    assert calibrator.slope_ == pytest.approx(slope, rel=0.05)
    assert calibrator.intercept_ == pytest.approx(0, abs=0.03)


def test_it_is_a_penalised_logistic_regression():
    """Against scikit-learn: Platt's targets are rows with weights, both priors are one."""
    score, label = drawn(80, 1.0)
    up = label > 0
    sure, unsure = (up.sum() + 1) / (up.sum() + 2), 1 / ((~up).sum() + 2)
    aim = np.where(up, sure, unsure)
    rms = np.sqrt(np.mean(score**2))
    # A column of ones, stretched so that one penalty is both priors.
    slope_p, intercept_p = sign_calibrator.SLOPE_PRECISION, sign_calibrator.INTERCEPT_PRECISION
    stretch = np.sqrt(slope_p / intercept_p)
    rows = np.column_stack([score / rms, np.full(80, stretch)])
    oracle = LogisticRegression(C=1 / slope_p, fit_intercept=False, tol=1e-10, max_iter=1000)
    oracle.fit(
        np.vstack([rows, rows]), np.repeat([1, 0], 80), sample_weight=np.concatenate([aim, 1 - aim])
    )
    calibrator = SignCalibrator("up").fit(score, label)
    slope, level = oracle.coef_[0]
    assert calibrator.slope_ == pytest.approx(slope / rms, rel=1e-4)
    assert calibrator.intercept_ == pytest.approx(level * stretch, rel=1e-3, abs=1e-6)


def test_a_lucky_few_weeks_do_not_move_even_odds():
    label = np.where(np.arange(48) < 36, 1.0, -1.0)
    probability = SignCalibrator("up", 24).fit(np.zeros(48), label).probability(np.zeros(1))
    assert 0.5 < probability[0] < 0.52


def test_overlapping_labels_are_less_evidence():
    score, label = drawn(400, 1.0)
    alone, overlapping = (SignCalibrator("up", rows).fit(score, label).slope_ for rows in (1, 24))
    assert 0 < overlapping < alone


def test_a_score_that_is_wrong_way_round_says_nothing():
    score, label = drawn(500, 2.0)
    calibrator = SignCalibrator("up").fit(-score, label)
    assert calibrator.slope_ == 0.0
    assert np.ptp(calibrator.probability(score)) == 0.0


@given(
    st.lists(st.tuples(st.floats(-6, 6), st.booleans()), min_size=2, max_size=40),
    st.floats(-1e6, 1e6),
    st.floats(0, 1e6),
)
def test_it_never_falls_and_is_never_certain(rows, score, step):
    scores, ups = np.array(rows).T
    if len(set(ups)) < 2:
        return
    calibrator = SignCalibrator("up").fit(scores, np.where(ups, 1.0, 0.0))
    low, high = calibrator.probability(np.array([score, score + step]))
    assert SUREST <= low <= high <= 1 - SUREST


def test_the_unit_of_the_score_does_not_matter():
    score, label = drawn(300, 1.0)
    one, other = SignCalibrator("a").fit(score, label), SignCalibrator("a").fit(score * 1e3, label)
    assert one.probability(score) == pytest.approx(other.probability(score * 1e3), abs=1e-6)


def test_unknown_rows_teach_nothing_and_stay_unknown():
    score, label = drawn(100, 1.0)
    known = SignCalibrator("up").fit(score, label)
    score_, label_ = np.append(score, [np.nan, 5.0]), np.append(label, [1.0, np.nan])
    assert SignCalibrator("up").fit(score_, label_).slope_ == known.slope_
    assert np.isnan(known.probability(np.array([np.nan]))).all()


@pytest.mark.parametrize("labels", [[1.0, 2.0], [0.0, -1.0], [np.nan, np.nan], []])
def test_labels_of_one_sign(labels):
    with pytest.raises(OneOutcome, match="up: all labels of the calibration block have one sign"):
        SignCalibrator("up").fit(np.zeros(len(labels)), np.array(labels))


def test_lengths_that_differ():
    with pytest.raises(BadRows, match=r"must be of one length, got \(3,\) and \(2,\)"):
        SignCalibrator("up").fit(np.zeros(3), np.zeros(2))


def test_it_must_be_fitted_first():
    with pytest.raises(NotFitted, match="the calibrator of up was not trained"):
        SignCalibrator("up").probability(np.zeros(1))
