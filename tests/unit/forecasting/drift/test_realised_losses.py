from __future__ import annotations

import math

import numpy as np
import pytest

from aurum_plugins.forecasting.drift.realised_losses import realised_losses


def test_log_loss_of_the_sign():
    losses = realised_losses("sign", np.array([0.8, 0.8, 0.5]), np.array([2.0, -0.1, 0.0]))
    assert losses == pytest.approx([-math.log(0.8), -math.log(0.2), math.log(2)])


def test_squared_error_of_the_value():
    losses = realised_losses("value", np.array([1.0, -1.0]), np.array([3.0, -1.5]))
    assert losses.tolist() == [4.0, 0.25]


@pytest.mark.parametrize("learn", ["sign", "value"])
def test_what_is_not_known_is_missing(learn):
    losses = realised_losses(learn, np.array([np.nan, 0.5, 0.5]), np.array([1.0, np.nan, 1.0]))
    assert np.isnan(losses).tolist() == [True, True, False]


def test_a_certainty_that_was_wrong_costs_much_but_not_without_bound():
    losses = realised_losses("sign", np.array([0.0, 1.0, 1.0]), np.array([1.0, -1.0, 1.0]))
    assert losses == pytest.approx([math.log(1e6), math.log(1e6), 0.0])


def test_agrees_with_scikit_learn():
    from sklearn.metrics import log_loss

    rng = np.random.default_rng(3)
    probability, target = rng.uniform(0.01, 0.99, 200), rng.normal(size=200)
    losses = realised_losses("sign", probability, target)
    assert losses.mean() == pytest.approx(log_loss(target > 0, probability))
