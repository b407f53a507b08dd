from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from aurum_plugins.forecasting.errors import BadRows, NotFitted
from aurum_plugins.forecasting.stack import EQUALITY, Stack

THIRDS = [1 / 3] * 3


def scores_of(n=2000, seed=0, noise=(0.5, 0.5, 50.0)):
    """A label, and members that see it through noise of different size."""
    rng = np.random.default_rng(seed)
    signal = rng.normal(size=n)
    members = np.column_stack([signal + s * rng.normal(size=n) for s in noise])
    return members, signal + rng.normal(size=n)


def on_a_grid(scores, label, learn, evidence):
    """The best weights of 3 members by trying them all."""
    if learn == "sign":
        free = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-8).fit(scores, label)
        scale, loss = free.coef_.sum(), nats
    else:
        free = LinearRegression(positive=True, fit_intercept=False).fit(scores, label)
        scale, variance = free.coef_.sum(), np.mean((label - free.predict(scores)) ** 2)
        loss = lambda value, y: np.mean((y - value) ** 2) / (2 * variance)  # noqa: E731
    steps = np.linspace(0, 1, 41)
    grid = [np.array([a, b, 1 - a - b]) for a in steps for b in steps if a + b <= 1 + 1e-12]

    def cost(w):
        penalty = EQUALITY * 3 * np.sum((w - 1 / 3) ** 2)
        return evidence * loss(scale * scores @ w, label) + penalty

    return min(grid, key=cost)


def nats(log_odds, up):
    return np.mean(np.log1p(np.exp(np.where(up, -log_odds, log_odds))))


@pytest.mark.parametrize("learn", ["sign", "value"])
def test_the_weights_are_the_best_of_a_grid(learn):
    scores, label = scores_of(600, noise=(0.5, 1.0, 3.0))
    stack = Stack(learn).fit(scores, label)
    labels = label > 0 if learn == "sign" else label
    assert stack.weights_ == pytest.approx(on_a_grid(scores, labels, learn, 600), abs=0.026)


@pytest.mark.parametrize("learn", ["sign", "value"])
def test_a_member_of_noise_is_left_out(learn):
    stack = Stack(learn).fit(*scores_of())
    assert stack.weights_[2] < 0.02
    assert stack.weights_[:2] == pytest.approx([0.5, 0.5], abs=0.1)


@pytest.mark.parametrize("learn", ["sign", "value"])
def test_weights_are_a_share_each(learn):
    for seed in range(10):
        weights = Stack(learn).fit(*scores_of(60, seed, (0.1, 3.0, 9.0))).weights_
        assert weights.sum() == pytest.approx(1)
        assert (weights >= 0).all()


@pytest.mark.parametrize("learn", ["sign", "value"])
def test_little_evidence_leaves_weights_nearly_equal(learn):
    scores, label = scores_of(12, noise=(0.5, 0.5, 2.0))
    assert Stack(learn, 12).fit(scores, label).weights_ == pytest.approx(THIRDS, abs=0.1)


def test_overlapping_labels_are_less_evidence():
    scores, label = scores_of(200, noise=(0.5, 0.5, 3.0))
    alone, overlapping = (Stack("sign", rows).fit(scores, label).weights_ for rows in (1, 24))
    assert alone[2] < overlapping[2] < 1 / 3


def test_over_confident_members_are_weighed_as_others_are():
    scores, label = scores_of(noise=(0.5, 0.8, 3.0))
    modest, bold = (Stack("sign").fit(k * scores, label).weights_ for k in (1, 5))
    assert bold == pytest.approx(modest, abs=0.02)


@pytest.mark.parametrize(
    ("scores", "target"),
    [
        (np.empty((0, 3)), np.empty(0)),
        (np.ones((5, 3)), np.ones(5)),
        (np.zeros((5, 3)), np.array([1.0, -1, 1, -1, 1])),
        (np.array([[1.0, np.nan, 1.0], [1.0, np.nan, 2.0]]), np.array([1.0, -1.0])),
        (-np.arange(9.0).reshape(3, 3), np.array([-1.0, 1.0, 2.0])),
    ],
    ids=["no row", "one label", "no score", "a member without scores", "worse than nothing"],
)
@pytest.mark.parametrize("learn", ["sign", "value"])
def test_without_evidence_weights_are_equal(scores, target, learn):
    stack = Stack(learn).fit(scores, target)
    assert stack.weights_ == pytest.approx(THIRDS, abs=1e-3)


def test_a_perfect_member_of_values_overflows_nothing():
    label = np.array([1.0, -2.0, 3.0, -1.0])
    weights = Stack("value").fit(np.column_stack([label, label]), label).weights_
    assert weights == pytest.approx([0.5, 0.5])


def test_one_member_has_all_the_weight():
    assert Stack("value").fit(np.array([[1.0], [2.0]]), np.array([2.0, 1.0])).weights_ == [1.0]


def test_rows_that_lack_a_score_or_a_label_teach_nothing():
    scores, label = scores_of(100, noise=(0.5, 1.0, 3.0))
    known = Stack("value").fit(scores[:80], label[:80]).weights_
    holed, unlabelled = scores.copy(), label.copy()
    holed[80:90, 1], unlabelled[90:] = np.nan, np.nan
    np.testing.assert_array_equal(Stack("value").fit(holed, unlabelled).weights_, known)


def test_the_others_make_up_for_a_missing_score():
    stack = Stack("sign")
    stack.weights_ = np.array([0.5, 0.3, 0.2])
    nan = np.nan
    rows = np.array([[1.0, 2.0, 3.0], [nan, 2.0, 3.0], [nan, nan, 3.0], [nan, nan, nan]])
    expected = [1.7, (0.6 + 0.6) / 0.5, 3.0, nan]
    assert stack.combine(rows) == pytest.approx(expected, nan_ok=True)


def test_a_row_that_only_a_member_without_weight_scored_has_no_score():
    stack = Stack("sign")
    stack.weights_ = np.array([1.0, 0.0])
    assert np.isnan(stack.combine(np.array([[np.nan, 2.0]]))).all()


def test_the_same_rows_give_the_same_weights_and_are_not_changed():
    scores, label = scores_of(100)
    before = scores.copy()
    first, second = (Stack("sign").fit(scores, label).weights_ for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(scores, before)


@pytest.mark.parametrize("shape", [(3,), (3, 0), (4, 2)])
def test_shapes_that_do_not_match(shape):
    with pytest.raises(BadRows, match=r"a row a label and a column a member, got \("):
        Stack("sign").fit(np.zeros(shape), np.zeros(3))


def test_members_are_as_many_as_fitted():
    stack = Stack("sign").fit(*scores_of(50))
    with pytest.raises(BadRows, match=r"3 columns, one a member, got \(4, 2\)"):
        stack.combine(np.zeros((4, 2)))


def test_weights_must_be_learnt_first():
    with pytest.raises(NotFitted, match="the weights of members was not trained"):
        Stack("sign").combine(np.zeros((1, 2)))
