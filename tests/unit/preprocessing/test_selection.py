from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from aurum_plugins.preprocessing import MinimumRedundancySelector
from aurum_plugins.preprocessing.errors import BadParameter, BadShape, TooFewFeatures, TooFewRows
from aurum_plugins.preprocessing.selection import LEAST_REDUNDANCY, SelectionOrder


@parametrize_with_checks([MinimumRedundancySelector(1)])
def test_it_is_a_scikit_learn_estimator(estimator, check):
    check(estimator)


def table(rows=300, columns=12, seed=0):
    """Columns of a few common factors, and two targets made from them."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(rows, 4))
    values = factors @ rng.normal(size=(4, columns)) + rng.normal(size=(rows, columns))
    targets = factors[:, :2] + rng.normal(size=(rows, 2))
    return np.exp(values), targets


def spearman(first, second):
    return abs(pd.Series(first).corr(pd.Series(second), method="spearman"))


def slowly_chosen(values, targets, wanted):
    """The definition, word for word."""
    columns = range(values.shape[1])
    relevance = [
        np.mean([spearman(values[:, c], target) for target in np.atleast_2d(targets.T)])
        for c in columns
    ]
    chosen, redundancies = [], []
    while len(chosen) < wanted:
        merits = {}
        for c in set(columns) - set(chosen):
            others = [spearman(values[:, c], values[:, d]) for d in chosen]
            redundancy = np.mean(others) if others else 0.0
            merits[c] = (relevance[c] / max(redundancy, LEAST_REDUNDANCY), redundancy)
        best = max(merits, key=lambda c: merits[c][0])
        chosen.append(best)
        redundancies.append(merits[best][1])
    return chosen, relevance, redundancies


@pytest.mark.parametrize("seed", range(5))
def test_it_chooses_as_the_definition_says(seed):
    values, targets = table(seed=seed)
    values[:, 3] = np.round(values[:, 3])  # with ties
    chosen, relevance, redundancy = slowly_chosen(values, targets, 6)
    fitted = MinimumRedundancySelector(6).fit(values, targets)
    assert fitted.chosen_.tolist() == chosen
    np.testing.assert_allclose(fitted.relevance_, relevance, atol=1e-12)
    np.testing.assert_allclose(fitted.redundancy_, redundancy, atol=1e-12)
    assert fitted.order_ is SelectionOrder.RELEVANCE


def test_a_copy_of_the_best_column_waits_for_what_is_new():
    values, targets = table()
    best = MinimumRedundancySelector(1).fit(values, targets).chosen_[0]
    fitted = MinimumRedundancySelector(5).fit(np.column_stack([values, values[:, best]]), targets)
    assert fitted.chosen_[0] == best
    assert values.shape[1] not in fitted.chosen_[:2]


def test_of_equals_the_first_is_chosen():
    values, targets = table(columns=1)
    fitted = MinimumRedundancySelector(3).fit(np.repeat(values, 5, axis=1), targets)
    assert fitted.chosen_.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(fitted.redundancy_, [0, 1, 1])


def test_ranks_alone_matter():
    values, targets = table()
    expected = MinimumRedundancySelector(5).fit(values, targets)
    fitted = MinimumRedundancySelector(5).fit(np.log(values) * 1000 - 7, targets**3)
    np.testing.assert_array_equal(fitted.chosen_, expected.chosen_)
    np.testing.assert_array_equal(fitted.relevance_, expected.relevance_)


def test_a_missing_value_has_the_middle_rank_and_lowers_relevance():
    target = np.arange(9.0)
    whole = np.arange(9.0)
    holed = np.array([0, 1, 2, np.nan, np.inf, -np.inf, 6, 7, 8])
    fitted = MinimumRedundancySelector(1).fit(np.column_stack([holed, whole]), target)
    # Ranks about the middle: -5 -3 -1 0 0 0 1 3 5 of the one, -8 -6 ... 8 of the other.
    correlation = 2 * (5 * 8 + 3 * 6 + 1 * 4) / np.sqrt(70 * 240)
    np.testing.assert_allclose(fitted.relevance_, [correlation * 6 / 9, 1])


def test_rows_with_a_missing_target_are_not_looked_at():
    values, targets = table()
    some = targets.copy()
    some[::3, 0] = np.nan
    some[1::7, 1] = np.inf
    known = np.isfinite(some).all(axis=1)
    fitted = MinimumRedundancySelector(4).fit(values, some)
    expected = MinimumRedundancySelector(4).fit(values[known], targets[known])
    np.testing.assert_array_equal(fitted.chosen_, expected.chosen_)
    np.testing.assert_array_equal(fitted.relevance_, expected.relevance_)


def test_a_target_without_any_value_does_not_hide_the_other():
    values, targets = table()
    fitted = MinimumRedundancySelector(4).fit(
        values, np.column_stack([targets[:, 0], np.full(len(values), np.nan)])
    )
    expected = MinimumRedundancySelector(4).fit(values, targets[:, 0])
    np.testing.assert_array_equal(fitted.relevance_, expected.relevance_)


def test_without_targets_the_most_complete_is_first_and_then_the_least_redundant():
    values, _ = table(columns=4)
    values[:10, 0] = np.nan
    values[:, 3] = values[:, 1]
    fitted = MinimumRedundancySelector(4).fit(values)
    correlations = pd.DataFrame(values[:, 1:3]).corr(method="spearman").abs().to_numpy()
    assert fitted.order_ is SelectionOrder.NO_TARGETS
    assert fitted.chosen_[0] == 1
    assert fitted.chosen_[-1] == 3
    assert fitted.redundancy_[list(fitted.chosen_).index(2)] <= correlations.max()
    np.testing.assert_array_equal(fitted.relevance_, np.zeros(4))


def test_of_equally_redundant_columns_the_most_complete_is_chosen():
    # The second and third have no correlation with the first.
    values = np.array(
        [[1, 1, 1], [2, -1, -1], [3, -1, np.nan], [4, 1, np.nan], [5, 0, 0]], dtype=float
    )
    assert MinimumRedundancySelector(2).fit(values[:4, :2]).chosen_.tolist() == [0, 1]
    assert MinimumRedundancySelector(3).fit(values[:, [2, 0, 1]]).chosen_[0] == 1


@pytest.mark.parametrize(
    "targets",
    [np.ones(300), np.full(300, np.nan), np.r_[1.0, np.full(299, np.nan)]],
    ids=["constant", "missing", "one row"],
)
def test_targets_that_tell_nothing_are_said_to(targets):
    values, _ = table()
    fitted = MinimumRedundancySelector(3).fit(values, targets)
    assert fitted.order_ is SelectionOrder.NO_RELEVANCE
    np.testing.assert_array_equal(fitted.chosen_, MinimumRedundancySelector(3).fit(values).chosen_)


def test_many_rows_are_thinned_evenly():
    values, targets = table(rows=1001)
    fitted = MinimumRedundancySelector(4, max_rows=101).fit(values, targets)
    expected = MinimumRedundancySelector(4).fit(values[::10], targets[::10])
    np.testing.assert_array_equal(fitted.relevance_, expected.relevance_)


def test_transform_keeps_the_chosen_columns_in_their_order():
    values, targets = table()
    frame = pd.DataFrame(values, columns=[f"f{i}" for i in range(12)])
    fitted = MinimumRedundancySelector(4).fit(frame, targets)
    names = frame.columns[np.sort(fitted.chosen_)]
    np.testing.assert_array_equal(fitted.transform(frame), frame[names])
    assert fitted.get_feature_names_out().tolist() == names.tolist()
    assert fitted.get_support().sum() == 4
    again = pickle.loads(pickle.dumps(fitted))  # noqa: S301
    np.testing.assert_array_equal(again.transform(frame), frame[names])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"n_features": 0},
            "n_features of MinimumRedundancySelector must be a whole number from 1, got 0",
        ),
        ({"n_features": "all"}, "got 'all'"),
        ({"n_features": True}, "got True"),
        ({"n_features": 1.0}, r"got 1\.0"),
        ({"max_rows": 1}, "max_rows .* must be a whole number from 2 to 100000, got 1"),
        ({"max_rows": None}, "got None"),
    ],
)
def test_a_wrong_parameter_is_named(parameters, message):
    with pytest.raises(BadParameter, match=message) as caught:
        MinimumRedundancySelector(**parameters).fit(np.eye(3))
    assert {caught.value.parameter: caught.value.value} == parameters


def test_what_cannot_be_chosen_from_is_refused():
    with pytest.raises(TooFewFeatures, match=r"\(shape=\(3, 3\)\) while a minimum of 4"):
        MinimumRedundancySelector(4).fit(np.eye(3))
    with pytest.raises(TooFewRows, match="n_samples=1"):
        MinimumRedundancySelector(1).fit(np.eye(1))
    with pytest.raises(BadShape, match="one row for each of the 3"):
        MinimumRedundancySelector(1).fit(np.eye(3), [1, 2])


def test_a_failed_fit_is_no_fit():
    fitted = MinimumRedundancySelector(2).fit(*table())
    with pytest.raises(TooFewRows):
        fitted.fit(np.ones((1, 12)))
    with pytest.raises(NotFittedError):
        fitted.transform(np.ones((1, 12)))
