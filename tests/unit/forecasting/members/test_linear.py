"""What is particular to the linear member; the rest is in the contract of all members."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.errors import OneOutcome
from aurum_plugins.forecasting.members.linear import Linear, LinearParameters

PENALTIES = [1e-4, 0.05, 1.0, 1_000.0]


def some_rows(rows=400, seed=0, columns=4):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(rows, columns))
    target = features @ np.linspace(1, -0.5, columns) + 0.3 + rng.normal(size=rows)
    return features, target, np.arange(rows)


def fitted(learn, penalty=0.05, **changes):
    features, target, candles = some_rows(**changes)
    member = Linear(learn, 0, LinearParameters(penalty=penalty))
    member.fit(features, target, candles)
    return member, features, target, candles


@pytest.mark.parametrize("penalty", PENALTIES)
def test_values_are_those_of_ridge_regression_in_closed_form(penalty):
    member, features, target, candles = fitted("value", penalty)
    low, high = np.quantile(target, [0.005, 0.995])
    values = np.clip(target, low, high)
    centred = features - features.mean(axis=0)
    penalised = centred.T @ centred + penalty * len(target) * np.eye(4)
    weights = np.linalg.solve(penalised, centred.T @ (values - values.mean()))
    expected = values.mean() + centred @ weights
    np.testing.assert_allclose(member.score(features, candles), expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("penalty", PENALTIES)
def test_signs_minimise_the_penalised_log_loss(penalty):
    member, features, target, candles = fitted("sign", penalty)
    up = target > 0

    def loss(parameters):
        log_odds = features @ parameters[:4] + parameters[4]
        nats = np.sum(np.logaddexp(0, np.where(up, -log_odds, log_odds)))
        return nats + penalty * len(up) / 8 * np.sum(parameters[:4] ** 2)

    best = minimize(loss, np.zeros(5), method="BFGS", options={"gtol": 1e-6}).x
    # newton-cholesky stops where the slope of its loss is less than 1e-4.
    assert [*member.coefficients_, member.intercept_] == pytest.approx(best, abs=2e-3)
    expected = np.clip(features @ best[:4] + best[4], -6, 6)
    np.testing.assert_allclose(member.score(features, candles), expected, atol=5e-3)


@pytest.mark.parametrize("learn", ["sign", "value"])
def test_a_row_has_the_same_score_in_any_batch(learn):
    member, features, _, candles = fitted(learn, rows=300, columns=26)
    whole = member.score(features, candles)
    alone = np.concatenate([member.score(features[[i]], candles[[i]]) for i in range(300)])
    np.testing.assert_array_equal(alone, whole)
    np.testing.assert_array_equal(member.score(features[40:77], candles[40:77]), whole[40:77])


@pytest.mark.parametrize("learn", ["sign", "value"])
def test_nothing_is_random(learn):
    features, target, candles = some_rows()
    scores = []
    for seed in (0, 7):
        member = Linear(learn, seed)
        member.fit(features, target, candles)
        scores.append(member.score(features, candles))
    np.testing.assert_array_equal(*scores)


@pytest.mark.parametrize("learn", ["sign", "value"])
def test_a_heavier_penalty_takes_more_away(learn):
    sizes = [np.abs(fitted(learn, penalty)[0].coefficients_).sum() for penalty in PENALTIES]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 0.01


def test_a_penalty_of_1_halves_a_coefficient_of_standardised_values():
    rng = np.random.default_rng(0)
    feature = rng.permutation(np.linspace(-1, 1, 4_000))
    feature /= feature.std()
    light, even = (Linear("value", 0, LinearParameters(penalty=p)) for p in (1e-4, 1.0))
    for member in (light, even):
        member.fit(feature[:, None], feature, np.arange(4_000))
    assert even.coefficients_[0] / light.coefficients_[0] == pytest.approx(0.5, abs=1e-3)


def test_as_many_rows_again_say_the_same():
    features, target, candles = some_rows()
    once, twice = Linear("value", 0), Linear("value", 0)
    once.fit(features, target, candles)
    twice.fit(np.tile(features, (2, 1)), np.tile(target, 2), np.arange(2 * len(candles)))
    np.testing.assert_allclose(
        twice.score(features, candles), once.score(features, candles), atol=5e-3
    )


def test_a_line_goes_on_beyond_what_it_has_seen():
    member, *_ = fitted("value")
    far = member.score(np.array([[30.0, 0, 0, 0], [60.0, 0, 0, 0]]), np.arange(2))
    near = member.score(np.zeros((1, 4)), np.arange(1))
    assert far[1] - near[0] == pytest.approx(2 * (far[0] - near[0]))


def test_log_odds_are_bounded():
    member, *_ = fitted("sign")
    scores = member.score(np.array([[900.0, 0, 0, 0], [-900.0, 0, 0, 0]]), np.arange(2))
    assert scores.tolist() == [6.0, -6.0]


@pytest.mark.parametrize(("learn", "value"), [("sign", 2.0), ("sign", -1.0), ("value", 0.7)])
def test_labels_that_are_all_alike_are_refused(learn, value):
    features, _, candles = some_rows()
    with pytest.raises(OneOutcome, match="target of linear"):
        Linear(learn, 0).fit(features, np.full(len(candles), value), candles)


@pytest.mark.parametrize("penalty", [0.0, 1_001.0, float("nan"), "much"])
def test_a_penalty_out_of_range_is_named(penalty):
    with pytest.raises(ConfigurationError, match=r"aurum\.members\.linear\.penalty"):
        LinearParameters.from_config({"aurum": {"members": {"linear": {"penalty": penalty}}}})
