from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from aurum_plugins.forecasting.errors import OneOutcome
from aurum_plugins.forecasting.members.target_scale import TargetScale


def test_a_sign_is_learnt_as_nought_or_one_and_nought_is_not_up():
    target = np.array([-3.0, 0.0, 1e-9, 5.0])
    scale = TargetScale.of("sign", target, "it")
    np.testing.assert_array_equal(scale.to_learn(target), [0, 0, 1, 1])


def test_log_odds_end_at_six():
    scale = TargetScale.of("sign", np.array([-1.0, 1.0]), "it")
    scores = scale.to_scores(np.array([-np.inf, -6.5, -6.0, 0.25, 1e9, np.nan]))
    np.testing.assert_array_equal(scores, [-6, -6, -6, 0.25, 6, np.nan])


def test_a_value_is_clipped_at_its_tails_and_standardised():
    target = np.append(np.arange(1.0, 200.0), 1e6)
    scale = TargetScale.of("value", target, "it")
    lowest, highest = np.quantile(target, [0.005, 0.995])
    clipped = np.clip(target, lowest, highest)
    learnt = scale.to_learn(target)
    np.testing.assert_allclose(learnt, (clipped - clipped.mean()) / clipped.std(), rtol=1e-12)
    np.testing.assert_allclose(scale.to_scores(learnt), clipped, rtol=1e-12)


def test_where_nearly_all_values_are_alike_the_others_are_learnt():
    target = np.zeros(1_000)
    target[3] = 2.0
    scale = TargetScale.of("value", target, "it")
    assert (scale.lowest, scale.highest) == (0.0, 2.0)
    assert scale.centre == pytest.approx(0.002)
    assert scale.unit == pytest.approx(target.std())


@pytest.mark.parametrize(
    ("learn", "target"),
    [
        ("sign", [1.0, 2.0]),
        ("sign", [-1.0, 0.0]),
        ("value", [0.3, 0.3]),
        ("value", [0.0, 5e-324]),
    ],
)
def test_labels_without_a_difference_are_refused(learn, target):
    with pytest.raises(OneOutcome, match="target of it: all labels of the rows it is fitted on"):
        TargetScale.of(learn, np.array(target), "it")


@given(hnp.arrays(np.float64, st.integers(2, 60), elements=st.floats(-1e300, 1e300)))
def test_whatever_finite_values_give_finite_numbers(target):
    try:
        scale = TargetScale.of("value", target, "it")
    except OneOutcome:
        return
    learnt = scale.to_learn(target)
    assert np.isfinite(learnt).all()
    assert np.isfinite(scale.to_scores(learnt)).all()
