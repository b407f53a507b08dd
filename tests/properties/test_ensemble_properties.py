"""Whatever comes: what is ready is finite, and nothing is known before its time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecast_rows import (
    ENOUGH,
    HORIZON,
    TRAINED,
    ForecastRows,
    fit_on,
    forecast_of,
    forecast_rows,
    numbers_of,
    same_numbers,
    small_ensemble,
    trained_ensemble,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.forecasting import ForecastingError, Readiness
from aurum_plugins.preprocessing import PreprocessingError

ROWS = forecast_rows()
AHEAD = ROWS.part(slice(TRAINED, None))
NUMBERS = ("probability", "value", "lower", "upper", "confidence", "agreement", "novelty")
GARBAGE = [np.nan, np.inf, -np.inf, 0.0, 1e308, -1e308, 1e-308]
WILD = [*GARBAGE, 1e9, -1e9]

seeds = st.integers(0, 2**32 - 1)
shares = st.sampled_from([0.0, 0.001, 0.02, 0.2, 0.9, 1.0])


def with_garbage(table, rng, share, garbage=GARBAGE):
    """A table in which a share of the cells, and a few whole columns and rows, are garbage."""
    values = table.to_numpy(copy=True)
    holes = rng.random(values.shape) < share
    holes[:, rng.random(values.shape[1]) < share / 3] = True
    holes[rng.random(len(values)) < share / 3] = True
    values[holes] = rng.choice(garbage, int(holes.sum()))
    return pd.DataFrame(values, columns=table.columns)


def what_is_ready_is_finite(forecasts):
    ready = forecasts.ready
    for forecast in forecasts.targets.values():
        for name in NUMBERS:
            assert np.isfinite(getattr(forecast, name)[ready]).all(), name
        assert ((forecast.probability[ready] > 0) & (forecast.probability[ready] < 1)).all()
        assert (forecast.confidence >= 0).all()
        assert (forecast.confidence < 1).all()
        assert (forecast.lower[ready] <= forecast.upper[ready]).all()


@settings(max_examples=40, deadline=None)
@given(seeds, shares, shares)
def test_garbage_never_makes_a_ready_row_that_is_not_finite(seed, in_features, in_labels):
    rng = np.random.default_rng(seed)
    features = with_garbage(AHEAD.features, rng, in_features)
    labels = with_garbage(AHEAD.labels, rng, in_labels, WILD)
    with np.errstate(over="ignore", invalid="ignore"):
        forecasts = trained_ensemble().forecast(features, AHEAD.candles, labels)
    assert set(forecasts.readiness.tolist()) <= {int(reason) for reason in Readiness}
    what_is_ready_is_finite(forecasts)
    if in_features == 1.0:
        assert forecasts.ready.mean() < 0.05


@settings(max_examples=25, deadline=None)
@given(seeds, shares)
def test_training_on_garbage_gives_a_named_error_or_a_sound_model(seed, share):
    rng = np.random.default_rng(seed)
    features = with_garbage(ROWS.features[:TRAINED], rng, share)
    labels = ROWS.labels[:TRAINED].mask(rng.random((TRAINED, 2)) < share / 2)
    past = ForecastRows(features, labels, ROWS.candles[:TRAINED])
    try:
        ensemble = fit_on(small_ensemble(), past)
    except (ForecastingError, PreprocessingError):
        return
    for model in ensemble.models_.values():
        weights = list(model.weights.values())
        assert sum(weights) == pytest.approx(1.0)
        assert min(weights) >= 0.0
    what_is_ready_is_finite(forecast_of(ensemble, AHEAD))


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(1, len(AHEAD) - 1))
def test_what_comes_later_changes_nothing(seed, cut):
    rng = np.random.default_rng(seed)
    features, labels = AHEAD.features.copy(), AHEAD.labels.copy()
    features.iloc[cut:] = with_garbage(features.iloc[cut:], rng, 0.5).to_numpy()
    unknown = AHEAD.candles > AHEAD.candles[cut - 1] - HORIZON
    labels[unknown] = rng.normal(size=(int(unknown.sum()), 2)) * 10
    found = forecast_of(trained_ensemble(), ForecastRows(features, labels, AHEAD.candles))
    same_numbers(found, forecast_of(trained_ensemble(), AHEAD), slice(cut), slice(cut))


@settings(max_examples=30, deadline=None)
@given(st.integers(TRAINED, len(ROWS) - 1), st.integers(0, 300), st.integers(1, 40))
def test_it_does_not_matter_how_many_rows_are_asked_for(last, more, rows):
    first = max(0, last + 1 - rows - ENOUGH - more)
    some = forecast_of(trained_ensemble(), ROWS.part(slice(first, last + 1)))
    whole = forecast_of(trained_ensemble(), ROWS)
    same_numbers(some, whole, slice(-rows, None), slice(last + 1 - rows, last + 1))


@settings(max_examples=8, deadline=None)
@given(seeds, st.integers(0, 60))
def test_labels_that_were_not_known_at_the_end_of_training_are_not_learnt(seed, back):
    """Labels and features of rows after the last known label change no model."""
    rng = np.random.default_rng(seed)
    cut = TRAINED - 200 - back
    past = ROWS.part(slice(cut))
    known = past.candles + HORIZON <= past.candles[-1]
    usual = past.labels.where(pd.Series(known), axis=0)
    features = past.features.copy()
    features[~known] = rng.normal(size=(int((~known).sum()), features.shape[1]))
    found = small_ensemble().fit(features, usual, past.candles)
    expected = fit_on(small_ensemble(), past)
    same_numbers(forecast_of(found, AHEAD), forecast_of(expected, AHEAD))


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_the_order_of_columns_does_not_matter_to_a_forecast(seed):
    columns = np.random.default_rng(seed).permutation(AHEAD.features.columns)
    shuffled = ForecastRows(AHEAD.features[list(columns)], AHEAD.labels, AHEAD.candles)
    found = numbers_of(forecast_of(trained_ensemble(), shuffled))
    for name, numbers in numbers_of(forecast_of(trained_ensemble(), AHEAD)).items():
        np.testing.assert_array_equal(found[name], numbers)
