"""What is said of a row is borne out, and never depends on what came after."""

from __future__ import annotations

import numpy as np
import pytest
from forecast_outcomes import as_rows, changed, random_outcomes, same, some
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from aurum_plugins.forecasting.conformal.conformal_layer import ConformalLayer
from aurum_plugins.forecasting.conformal.outcomes import Outcomes

seeds, horizons, cuts = st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 250)


def layer_of(horizon):
    return ConformalLayer(record_candles=120, horizon=horizon)


@given(seeds, horizons, cuts)
@settings(max_examples=60, deadline=None)
def test_later_rows_and_outcomes_change_nothing(seed, horizon, cut):
    outcomes = random_outcomes(250, seed)
    whole = layer_of(horizon).assess(outcomes, as_rows(outcomes))
    first = layer_of(horizon).assess(some(outcomes, slice(cut)), as_rows(outcomes, slice(cut)))
    same(first, whole, slice(cut))


@given(seeds, horizons, st.integers(0, 249))
@settings(max_examples=60, deadline=None)
def test_outcomes_that_are_not_known_or_too_old_change_nothing(seed, horizon, at):
    outcomes = random_outcomes(250, seed)
    row, candle = as_rows(outcomes, slice(at, at + 1)), outcomes.candles[at]
    age = candle - outcomes.candles
    wild = np.where((age < horizon) | (age >= horizon + 120), 1e6, outcomes.target)
    layer = layer_of(horizon)
    same(layer.assess(changed(outcomes, target=wild), row), layer.assess(outcomes, row))


@given(seeds, horizons, st.floats(1e-6, 1e6))
@settings(max_examples=60, deadline=None)
def test_intervals_are_in_the_unit_of_the_label(seed, horizon, factor):
    outcomes = random_outcomes(250, seed)
    got = layer_of(horizon).assess(outcomes, as_rows(outcomes))
    scaled = changed(outcomes, value=outcomes.value * factor, target=outcomes.target * factor)
    scaled = layer_of(horizon).assess(scaled, as_rows(scaled))
    np.testing.assert_allclose(scaled.lower, got.lower * factor, rtol=1e-9, atol=1e-9 * factor)
    np.testing.assert_allclose(scaled.upper, got.upper * factor, rtol=1e-9, atol=1e-9 * factor)


@given(seeds, horizons, st.floats(1e-6, 1e6))
@settings(max_examples=60, deadline=None)
def test_the_unit_of_the_spread_does_not_matter(seed, horizon, factor):
    outcomes = random_outcomes(250, seed)
    scaled = changed(outcomes, spread=outcomes.spread * factor)
    got = layer_of(horizon).assess(outcomes, as_rows(outcomes))
    other = layer_of(horizon).assess(scaled, as_rows(scaled))
    np.testing.assert_allclose(other.lower, got.lower, rtol=1e-9, atol=1e-9)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_the_order_of_outcomes_that_are_all_known_does_not_matter(seed):
    outcomes = random_outcomes(100, seed)
    later = as_rows(outcomes)
    later = changed(later, candles=later.candles + 10_000)
    places = np.random.default_rng(seed).permutation(100)
    mixed = Outcomes(
        outcomes.candles,
        *(
            getattr(outcomes, name)[places]
            for name in ("probability", "value", "spread", "regime", "target")
        ),
    )
    layer = ConformalLayer(20_000, 1)
    same(layer.assess(mixed, later), layer.assess(outcomes, later))


def covered(outcomes, got):
    """Whether each interval, and each set, held what came; NaN where there was no interval."""
    target = outcomes.target[:, np.newaxis]
    interval = (got.lower <= target) & (target <= got.upper)
    sets = np.where(target > 0, got.may_be_up, got.may_be_down)
    unknown = np.isnan(got.lower)
    return np.where(unknown, np.nan, interval), np.where(unknown, np.nan, sets)


@pytest.mark.parametrize("seed", range(4))
def test_exchangeable_rows_are_covered_as_often_as_promised(seed):
    """Of rows beyond the records of each other, so that they are independent."""
    trials, hits = 0, np.zeros((2, 2))
    layer = ConformalLayer(99, 1)
    for part in range(400):
        outcomes = random_outcomes(100, seed * 1_000 + part, regimes=1, gaps=False)
        last = as_rows(outcomes, slice(99, None))
        got = layer.assess(outcomes, last)
        hits += np.array([c[0] for c in covered(some(outcomes, slice(99, None)), got)])
        trials += 1
    for column, level in enumerate((0.8, 0.9)):
        low, high = binom.ppf([1e-4, 1 - 1e-4], trials, level)
        assert low <= hits[0, column] <= high
        # Ties do not occur: sets of so many known outcomes are exact as well.
        assert low <= hits[1, column] <= high


def drifting(seed, n=12_000, horizon=24, jump=4.0):
    """Overlapping labels with clustered volatility, whose size grows and shrinks by the years."""
    rng = np.random.default_rng(seed)
    log_size = np.zeros(n + horizon)
    noise = rng.normal(size=n + horizon)
    for i in range(1, n + horizon):
        log_size[i] = 0.995 * log_size[i - 1] + 0.05 * noise[i]
    drift = np.log(jump) * np.sin(np.arange(n + horizon) * 2 * np.pi / 6_000) / 2
    moves = rng.normal(size=n + horizon) * np.exp(log_size + drift)
    target = np.convolve(moves, np.ones(horizon), "valid")[1:] / np.sqrt(horizon)
    seen = np.exp(log_size[:n])
    probability = np.clip(0.5 + 0.3 * np.tanh(target + rng.normal(size=n) * 3), 0.01, 0.99)
    regime = np.digitize(seen, np.quantile(seen[:2_000], [1 / 3, 2 / 3]))
    return Outcomes(np.arange(n), probability, np.zeros(n), seen, regime, target)


def test_overlapping_and_drifting_labels_are_covered_within_a_point_and_a_half():
    horizon, found, fixed = 24, [], []
    layer, endless = ConformalLayer(500, horizon), ConformalLayer(100_000, horizon)
    for seed in range(4):
        outcomes = drifting(seed)
        rows = slice(1_000, None)
        part = some(outcomes, rows)
        got = layer.assess(outcomes, as_rows(outcomes, rows))
        found.append([np.nanmean(c, axis=0) for c in covered(part, got)])
        once = endless.assess(some(outcomes, slice(500)), as_rows(outcomes, rows))
        fixed.append(np.nanmean(covered(part, once)[0], axis=0))
    assert np.mean(found, axis=0)[0] == pytest.approx([0.8, 0.9], abs=0.015)
    assert np.mean(found, axis=0)[1] == pytest.approx([0.8, 0.9], abs=0.03)
    assert np.abs(np.mean(fixed, axis=0) - [0.8, 0.9]).max() > 0.03
