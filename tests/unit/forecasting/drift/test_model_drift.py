from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.conformal.outcomes import Outcomes
from aurum_plugins.forecasting.drift import (
    DriftSettings,
    InputDrift,
    ModelDrift,
    realised_losses,
)
from aurum_plugins.forecasting.errors import NotFitted

HORIZON, N, COLUMNS = 4, 400, 4
SETTINGS = DriftSettings(loss_candles=60, input_candles=50)


def outcomes_of(first, n=N, seed=0, wrong=False):
    """Outcomes of a forecaster that knows half of the label; or of one that says the reverse."""
    rng = np.random.default_rng(seed)
    known = rng.normal(size=n)
    target = known + rng.normal(size=n)
    said = -4 * known if wrong else known
    return Outcomes(
        candles=first + np.arange(n),
        probability=1 / (1 + np.exp(-said)),
        value=said,
        spread=np.ones(n),
        regime=np.zeros(n, dtype=np.int64),
        target=target,
    )


def features_of(n=N, seed=1):
    return np.random.default_rng(seed).normal(size=(n, COLUMNS))


@pytest.fixture
def inputs():
    training = features_of(1_000)
    return InputDrift(SETTINGS.input_candles, SETTINGS.input_share).fit(training, np.arange(1_000))


@pytest.fixture(params=["sign", "value"])
def monitor(request, inputs):
    drift = ModelDrift(request.param, HORIZON, SETTINGS, inputs)
    drift.fit(outcomes_of(1_000))
    return drift


CANDLES = 1_400 + np.arange(N)
ALL = np.ones(N, dtype=bool)


def test_it_reads_what_both_monitors_read(monitor, inputs):
    outcomes, features = outcomes_of(1_400, seed=2), features_of(seed=3)
    found = monitor.read(outcomes, features, CANDLES, ALL)
    forecast = outcomes.value if monitor.learn == "value" else outcomes.probability
    before = outcomes_of(1_000)
    usual = before.value if monitor.learn == "value" else before.probability
    alone = SETTINGS.loss_drift(HORIZON)
    alone.fit(realised_losses(monitor.learn, usual, before.target), before.candles)
    losses = realised_losses(monitor.learn, forecast, outcomes.target)
    expected = alone.read(losses, outcomes.candles, CANDLES)
    np.testing.assert_array_equal(found.loss.statistic, expected.statistic)
    np.testing.assert_array_equal(found.loss.drifted, expected.drifted)
    reading = inputs.read(features, CANDLES)
    for name in ("statistic", "drifted", "shifted", "dead"):
        np.testing.assert_array_equal(getattr(found.inputs, name), getattr(reading, name))
    assert found.settings is SETTINGS
    assert not found.drifted[:200].any()


def test_losses_are_those_of_what_is_learnt():
    outcomes = outcomes_of(0, 50)
    up = outcomes.target > 0
    nats = -np.log(np.where(up, outcomes.probability, 1 - outcomes.probability))
    squares = (outcomes.target - outcomes.value) ** 2
    for learn, expected in (("sign", nats), ("value", squares)):
        monitor = ModelDrift(learn, HORIZON, SETTINGS, InputDrift(50, 0.25))
        np.testing.assert_allclose(monitor._of(outcomes), expected)


def test_a_model_that_says_the_reverse_has_drifted(monitor):
    found = monitor.read(outcomes_of(1_400, wrong=True), features_of(seed=3), CANDLES, ALL)
    assert found.loss.drifted[100:].all()
    assert (found.factor[100:] <= 0.5).all()
    # The first outcomes are not known, or not enough of them.
    assert np.isnan(found.loss.statistic[: 24 + HORIZON - 1]).all()
    assert not found.drifted[:24].any()


def test_of_rows_that_it_was_trained_on_nothing_is_said(monitor):
    rows = CANDLES >= 1_600
    shifted = features_of(seed=3) + 5.0
    found = monitor.read(outcomes_of(1_400, wrong=True), shifted, CANDLES, rows)
    assert not found.drifted[~rows].any()
    assert (found.factor[~rows] == 1.0).all()
    assert np.isnan(found.inputs.statistic[~rows]).all()
    assert found.inputs.drifted[230:].all()
    assert found.loss.drifted[rows].all()


def test_how_many_rows_of_the_training_are_there_changes_nothing(monitor):
    outcomes, features = outcomes_of(1_400, seed=2), features_of(seed=3) + 0.4
    rows = CANDLES >= 1_500
    whole = monitor.read(outcomes, features, CANDLES, rows)
    for first in (50, 100):
        part = monitor.read(outcomes, features[first:], CANDLES[first:], rows[first:])
        for name in ("factor", "severity"):
            np.testing.assert_array_equal(
                getattr(part, name)[100 - first :], getattr(whole, name)[100:]
            )
        np.testing.assert_array_equal(part.inputs.statistic, whole.inputs.statistic[first:])


def test_only_rows_of_the_training_are_no_reading(monitor):
    none = np.zeros(N, dtype=bool)
    found = monitor.read(outcomes_of(1_400, wrong=True), features_of() + 9.0, CANDLES, none)
    assert not found.drifted.any()
    assert found.inputs.shifted.shape == found.inputs.dead.shape == (N, COLUMNS)
    assert not found.inputs.shifted.any()
    assert np.isnan(found.inputs.statistic).all()


def test_outcomes_that_are_not_known_change_nothing(monitor):
    outcomes, features = outcomes_of(1_400, seed=2), features_of(seed=3)
    found = monitor.read(outcomes, features, CANDLES, ALL)
    target = outcomes.target.copy()
    target[301 - HORIZON :] = 1e3
    later = Outcomes(**{**vars(outcomes), "target": target})
    other = monitor.read(later, features, CANDLES, ALL)
    np.testing.assert_array_equal(other.loss.statistic[:301], found.loss.statistic[:301])
    np.testing.assert_array_equal(other.factor[:301], found.factor[:301])


def test_it_reads_nothing_before_it_was_fitted(inputs):
    with pytest.raises(NotFitted, match="the monitor of losses"):
        ModelDrift("sign", HORIZON, SETTINGS, inputs).read(
            outcomes_of(1_400), features_of(), CANDLES, ALL
        )


def test_a_window_too_short_for_the_horizon_is_refused(inputs):
    with pytest.raises(ConfigurationError, match=r"aurum\.drift\.loss_candles: must be at least"):
        ModelDrift("sign", 24, SETTINGS, inputs).fit(outcomes_of(1_000))
