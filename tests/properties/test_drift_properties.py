"""Whatever comes, the monitors look at nothing later, and give finite figures or none."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aurum_plugins.forecasting.drift.alarm import Alarm, AlarmEdge
from aurum_plugins.forecasting.drift.drift_state import assess_drift
from aurum_plugins.forecasting.drift.input_drift import InputDrift
from aurum_plugins.forecasting.drift.loss_drift import LossDrift
from aurum_plugins.forecasting.drift.settings import DriftSettings
from aurum_plugins.forecasting.novelty import Novelty

LOSSES = st.one_of(st.floats(0, 10), st.sampled_from([np.nan, np.inf, 0.0, 1e308]))
FEATURES = st.one_of(st.floats(-8, 8), st.sampled_from([0.0, 8.0, -8.0]))


def rising(rng: np.random.Generator, rows: int, kept: float) -> np.ndarray:
    """That many candles, of which some are missing."""
    return np.cumsum(1 + rng.geometric(kept, rows) - 1).astype(np.int64)


@settings(max_examples=60, deadline=None)
@given(
    horizon=st.integers(1, 12),
    seed=st.integers(0, 2**32 - 1),
    kept=st.floats(0.5, 1),
    later=arrays(np.float64, 200, elements=LOSSES),
    cut=st.integers(0, 200),
)
def test_losses_are_read_from_what_is_known(horizon, seed, kept, later, cut):
    rng = np.random.default_rng(seed)
    candles = rising(rng, 600, kept)
    losses = np.concatenate((rng.exponential(size=400), later))
    monitor = LossDrift(horizon, 100, 4.0).fit(losses[:400], candles[:400])
    rows = np.arange(candles[400], candles[-1] + 2 * horizon)
    whole = monitor.read(losses, candles, rows)
    assert not np.isinf(whole.statistic).any()
    assert not whole.drifted[~whole.known].any()
    known = candles <= candles[400] + cut - horizon
    asked = rows[rows <= candles[400] + cut]
    part = monitor.read(losses[known], candles[known], asked)
    assert np.array_equal(part.statistic, whole.statistic[: len(asked)], equal_nan=True)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    kept=st.floats(0.5, 1),
    later=arrays(np.float64, (80, 3), elements=FEATURES),
    cut=st.integers(1, 380),
)
def test_features_are_read_up_to_the_row(seed, kept, later, cut):
    rng = np.random.default_rng(seed)
    candles = rising(rng, 380, kept)
    features = np.concatenate((rng.normal(size=(300, 3)).round(1), later))
    monitor = InputDrift(50, 0.5).fit(features[:300], candles[:300])
    whole, part = monitor.read(features, candles), monitor.read(features[:cut], candles[:cut])
    assert np.array_equal(whole.statistic[:cut], part.statistic, equal_nan=True)
    assert np.array_equal(whole.drifted[:cut], part.drifted)
    recent = (candles > candles[cut - 1] - 50) & (candles <= candles[cut - 1])
    one = monitor.read(features[recent], candles[recent])
    assert np.array_equal(one.statistic[-1:], whole.statistic[cut - 1 : cut], equal_nan=True)
    assert np.array_equal(one.drifted[-1:], whole.drifted[cut - 1 : cut])
    loss = LossDrift(4, 100, 4.0).fit(rng.exponential(size=300), candles[:300])
    reading = loss.read(rng.exponential(size=380), candles, candles)
    state = assess_drift(reading, whole, DriftSettings(input_share=0.5))
    assert ((state.factor > 0) & (state.factor <= 1)).all()
    assert np.array_equal(state.severity > 1, state.drifted)


@settings(max_examples=60, deadline=None)
@given(
    training=arrays(np.float64, (12, 3), elements=FEATURES),
    calibration=arrays(np.float64, (7, 3), elements=FEATURES),
    rows=arrays(np.float64, (9, 3), elements=st.floats()),
)
def test_novelty_is_a_share_of_the_calibration_rows(training, calibration, rows):
    fitted = Novelty().fit(training, calibration)
    novelty = fitted.novelty(rows)
    assert np.isin(novelty, np.arange(8) / 8).all()
    assert (novelty[~np.isfinite(rows).all(axis=1)] == 7 / 8).all()


@given(st.lists(st.one_of(st.floats(0, 3), st.just(float("nan")))), st.floats(0.01, 1))
def test_alarms_are_raised_and_cleared_by_turns(severities, clear_below):
    alarm = Alarm(clear_below)
    edges = [edge for edge in map(alarm.update, severities) if edge is not None]
    assert edges[::2] == [AlarmEdge.RAISED] * ((len(edges) + 1) // 2)
    assert edges[1::2] == [AlarmEdge.CLEARED] * (len(edges) // 2)
    assert alarm.raised == (len(edges) % 2 == 1)
