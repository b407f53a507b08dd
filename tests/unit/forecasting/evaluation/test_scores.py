from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics

from aurum_plugins.forecasting.errors import BadRows
from aurum_plugins.forecasting.evaluation.ranked_outcomes import RankedOutcomes
from aurum_plugins.forecasting.evaluation.scores import (
    accuracy,
    auc,
    brier,
    brier_losses,
    brier_skill,
    hindsight_accuracy,
    hits,
    log_loss,
    log_losses,
    majority_accuracy,
    skill,
)

PROBABILITY = np.array([0.9, 0.6, 0.5, 0.2])
OUTCOME = np.array([True, False, True, False])
NONE = np.array([])
NO_OUTCOME = np.array([], dtype=bool)


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    probability = rng.random(500).round(2)
    return probability, rng.random(500) < probability


class TestKnownAnswers:
    def test_accuracy(self):
        assert hits(PROBABILITY, OUTCOME).tolist() == [1.0, 0.0, 0.5, 1.0]
        assert accuracy(PROBABILITY, OUTCOME) == 0.625

    def test_persistence_is_judged_by_its_sign(self):
        last = np.array([0.3, -0.1, 0.0, -2.0])
        assert hits(last, OUTCOME, boundary=0.0).tolist() == [1.0, 1.0, 0.5, 1.0]

    def test_the_majority_of_training_rows_is_not_that_of_the_judged_ones(self):
        outcome = np.array([True, True, True, False])
        assert majority_accuracy(np.full(4, 0.48), outcome) == 0.25
        assert majority_accuracy(np.array([0.48, 0.52, 0.52, 0.48]), outcome) == 0.75
        assert hindsight_accuracy(outcome) == hindsight_accuracy(~outcome) == 0.75

    def test_brier(self):
        np.testing.assert_allclose(brier_losses(PROBABILITY, OUTCOME), [0.01, 0.36, 0.25, 0.04])
        assert brier(PROBABILITY, OUTCOME) == pytest.approx(0.165)
        assert brier(np.full(4, 0.5), OUTCOME) == 0.25

    def test_skill_is_measured_against_what_was_known_before(self):
        base = np.full(4, 0.6)
        # The base rate costs (0.16 + 0.36) / 2.
        assert brier_skill(PROBABILITY, OUTCOME, base) == pytest.approx(1 - 0.165 / 0.26)
        assert brier_skill(base, OUTCOME, base) == 0.0
        assert brier_skill(1.0 - OUTCOME, OUTCOME, base) < -2

    def test_log_loss(self):
        expected = -np.log([0.9, 0.4, 0.5, 0.8])
        np.testing.assert_allclose(log_losses(PROBABILITY, OUTCOME), expected)
        assert log_loss(PROBABILITY, OUTCOME) == pytest.approx(expected.mean())
        assert log_loss(np.full(4, 0.5), OUTCOME) == pytest.approx(math.log(2))

    def test_what_was_given_no_chance_costs_without_bound(self):
        assert log_loss(np.array([0.0, 1.0]), np.array([False, True])) == 0.0
        assert log_loss(np.array([0.0]), np.array([True])) == math.inf

    def test_auc(self):
        # Of the four pairs, 0.9 beats both, 0.5 beats one.
        assert auc(PROBABILITY, OUTCOME) == 0.75
        assert auc(np.full(4, 0.3), OUTCOME) == 0.5


def test_scores_are_those_of_scikit_learn(rows):
    probability, outcome = rows
    assert brier(probability, outcome) == pytest.approx(
        metrics.brier_score_loss(outcome, probability)
    )
    assert auc(probability, outcome) == metrics.roc_auc_score(outcome, probability)
    inside = probability.clip(0.01, 0.99)
    assert log_loss(inside, outcome) == pytest.approx(metrics.log_loss(outcome, inside))
    decided = probability != 0.5
    assert accuracy(probability[decided], outcome[decided]) == metrics.accuracy_score(
        outcome[decided], probability[decided] > 0.5
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_weighted_area_is_that_of_repeated_rows(rows, seed):
    probability, outcome = rows
    weights = np.random.default_rng(seed).integers(0, 4, len(outcome))
    repeated = np.repeat(np.arange(len(outcome)), weights)
    ranked = RankedOutcomes.of(probability, outcome)
    assert ranked.auc(weights.astype(float)) == pytest.approx(
        metrics.roc_auc_score(outcome[repeated], probability[repeated])
    )
    assert ranked.auc(np.ones(len(outcome))) == pytest.approx(auc(probability, outcome))


def test_what_is_undefined_is_nan():
    for figure in (accuracy, brier, log_loss, auc):
        assert math.isnan(figure(NONE, NO_OUTCOME))
    assert math.isnan(hindsight_accuracy(NO_OUTCOME))
    assert math.isnan(brier_skill(NONE, NO_OUTCOME, NONE))
    assert math.isnan(auc(PROBABILITY, np.ones(4, dtype=bool)))
    assert math.isnan(auc(PROBABILITY, np.zeros(4, dtype=bool)))
    assert math.isnan(RankedOutcomes.of(PROBABILITY, OUTCOME).auc(np.array([1.0, 0, 1, 0])))
    assert math.isnan(skill(0.1, 0.0))
    assert math.isnan(skill(0.1, float("nan")))


@pytest.mark.filterwarnings("error")
def test_nothing_warns():
    test_what_is_undefined_is_nan()
    log_loss(np.array([0.0]), np.array([True]))


@pytest.mark.parametrize("figure", [accuracy, brier, log_loss, auc, RankedOutcomes.of])
@pytest.mark.parametrize(
    ("probability", "outcome", "message"),
    [
        ([0.1, 1.2], [True, False], "probability must be from 0 to 1, but row 1 is 1.2"),
        ([-0.1, 0.2], [True, False], "but row 0 is -0.1"),
        ([0.1, np.nan], [True, False], "but row 1 is nan"),
        ([0.1, 0.2], [0.7, -0.3], "outcome must be booleans, target > 0, got float64"),
        ([0.1, 0.2], [True], r"one length, got probability \(2,\), outcome \(1,\)"),
        ([[0.1, 0.2]], [[True, False]], "of one dimension"),
    ],
)
def test_rows_that_make_no_sense(figure, probability, outcome, message):
    with pytest.raises(BadRows, match=message):
        figure(np.array(probability), np.array(outcome))


def test_a_forecast_that_is_unknown_is_no_miss():
    with pytest.raises(BadRows, match="forecast must be finite, but row 1 is nan"):
        hits(np.array([1.0, np.nan]), np.array([True, False]), boundary=0.0)
