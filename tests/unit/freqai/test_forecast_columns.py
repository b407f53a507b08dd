from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecast_rows import (
    RETURN,
    TRAINED,
    VOLATILITY,
    ForecastRows,
    forecast_of,
    forecast_rows,
    trained_ensemble,
)

from aurum_plugins.forecasting import Forecasts, Readiness
from aurum_plugins.freqai.forecast_columns import (
    DRIFTED,
    NOVELTY,
    READINESS,
    column_names,
    forecast_columns,
    no_forecast,
)

LABELS = [RETURN, VOLATILITY]
SUFFIXES = (
    *("", "_up", "_low_80", "_high_80", "_low_90", "_high_90"),
    *("_confidence", "_agreement"),
)
AHEAD = forecast_rows().part(slice(TRAINED - 20, None))


@pytest.fixture(scope="module")
def forecasts():
    return forecast_of(trained_ensemble(), AHEAD)


def test_each_label_has_its_columns_and_the_pair_three():
    expected = [f"{label}{suffix}" for label in LABELS for suffix in SUFFIXES]
    assert column_names(LABELS) == [*expected, "&-novelty", "&-drifted", "&-readiness"]
    assert len(column_names([RETURN])) == 11


def test_what_there_is_and_what_there_is_not_have_the_same_columns(forecasts):
    table = forecast_columns(LABELS, forecasts)
    assert list(table.columns) == column_names(LABELS)
    assert (table.dtypes == np.float64).all()
    assert len(table) == len(AHEAD)
    one = forecast_columns([VOLATILITY], forecasts)
    pd.testing.assert_frame_equal(one[column_names([VOLATILITY])[:8]], table[one.columns[:8]])


def test_columns_hold_what_was_forecast(forecasts):
    table = forecast_columns(LABELS, forecasts)
    known = np.isfinite(forecasts.targets[RETURN].lower).all(axis=1)
    assert known.any()
    for label in LABELS:
        forecast = forecasts.targets[label]
        np.testing.assert_array_equal(table[label], forecast.value)
        np.testing.assert_array_equal(table[f"{label}_up"], forecast.probability)
        for column, level in enumerate((80, 90)):
            low, high = table[f"{label}_low_{level}"], table[f"{label}_high_{level}"]
            np.testing.assert_array_equal(low[known], forecast.lower[known, column])
            np.testing.assert_array_equal(high[known], forecast.upper[known, column])
        np.testing.assert_array_equal(table[f"{label}_confidence"], forecast.confidence)
        np.testing.assert_array_equal(table[f"{label}_agreement"], forecast.agreement)
    np.testing.assert_array_equal(table[READINESS], forecasts.readiness)
    novelties = [forecasts.targets[label].novelty for label in LABELS]
    np.testing.assert_array_equal(table[NOVELTY], np.max(novelties, axis=0))


def test_a_pair_has_drifted_if_one_of_its_models_has():
    rows = AHEAD.part(slice(None))
    only = set(trained_ensemble().models_[RETURN].trained_.feature_names)
    only -= set(trained_ensemble().models_[VOLATILITY].trained_.feature_names)
    rows.features.loc[100:, sorted(only)] += 6.0
    found = forecast_of(trained_ensemble(), rows)
    each = [found.targets[label].drift.drifted for label in LABELS]
    assert (each[0] != each[1]).any()
    table = forecast_columns(LABELS, found)
    np.testing.assert_array_equal(table[DRIFTED], (each[0] | each[1]).astype(float))


def test_what_is_not_known_is_0_and_its_row_is_not_ready():
    found = forecast_of(trained_ensemble(), AHEAD, labelled=False)
    table = forecast_columns(LABELS, found)
    unknown = np.isnan(found.targets[RETURN].lower[:, 0])
    assert unknown.any()
    assert (table.loc[unknown, f"{RETURN}_low_80"] == 0.0).all()
    assert (table.loc[unknown, READINESS] != 1).all()
    assert np.isfinite(table).all(axis=None)


@pytest.mark.parametrize("name", ["value", "probability", "confidence", "agreement", "novelty"])
@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_ready_row_with_a_number_that_is_not_finite_has_failed(forecasts, name, broken):
    first = int(np.flatnonzero(forecasts.ready)[5])
    numbers = getattr(forecasts.targets[VOLATILITY], name).copy()
    numbers[first] = broken
    target = type(forecasts.targets[VOLATILITY])(
        **{**vars(forecasts.targets[VOLATILITY]), name: numbers}
    )
    changed = Forecasts(forecasts.readiness.copy(), {**forecasts.targets, VOLATILITY: target})
    table, usual = forecast_columns(LABELS, changed), forecast_columns(LABELS, forecasts)
    if not (name == "novelty" and broken == -np.inf):
        assert table[READINESS][first] == Readiness.FAILED
        assert np.isfinite(table).all(axis=None)
    others = np.arange(len(table)) != first
    pd.testing.assert_frame_equal(table[others], usual[others])
    assert changed.readiness[first] == Readiness.READY


def test_a_row_that_is_not_ready_keeps_its_reason(forecasts):
    readiness = np.full(len(AHEAD), int(Readiness.NOVEL))
    value = np.full(len(AHEAD), np.nan)
    forecast = forecasts.targets[RETURN]
    target = type(forecast)(**{**vars(forecast), "value": value})
    table = forecast_columns([RETURN], Forecasts(readiness, {RETURN: target}))
    assert (table[READINESS] == Readiness.NOVEL).all()
    assert (table[RETURN] == 0.0).all()


@pytest.mark.parametrize("reason", [Readiness.NO_MODEL, Readiness.FAILED, Readiness.EXPIRED])
def test_no_forecast_is_zeros_and_a_reason(reason):
    table = no_forecast(LABELS, 5, reason)
    assert list(table.columns) == column_names(LABELS)
    assert (table[READINESS] == int(reason)).all()
    assert (table.drop(columns=READINESS) == 0.0).all(axis=None)
    assert (table.dtypes == np.float64).all()
    assert len(no_forecast(LABELS, 0, reason)) == 0


def test_what_freqai_fills_with_zeros_is_no_forecast():
    filled = no_forecast(LABELS, 1, Readiness.READY) * 0
    assert filled[READINESS][0] == Readiness.NO_MODEL


def test_garbage_is_never_told_as_ready():
    rng = np.random.default_rng(0)
    features = AHEAD.features.mask(rng.random(AHEAD.features.shape) < 0.05, np.inf)
    rows = ForecastRows(features, AHEAD.labels, AHEAD.candles)
    table = forecast_columns(LABELS, forecast_of(trained_ensemble(), rows))
    assert np.isfinite(table).all(axis=None)
    ready = table[table[READINESS] == 1]
    assert len(ready)
    for label in LABELS:
        assert ((ready[f"{label}_up"] > 0) & (ready[f"{label}_up"] < 1)).all()
        assert (ready[f"{label}_low_90"] <= ready[f"{label}_high_90"]).all()
