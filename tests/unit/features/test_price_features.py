"""What every feature made of one pair's prices promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_candle_series import random_series, rescaled, rows_of

from aurum_plugins.features import price_action, technical
from aurum_plugins.features.candle_series import CandleSeries

FEATURES = {feature.name: feature for feature in (*technical.FEATURES, *price_action.FEATURES)}
SERIES = random_series(21, 400)
# Logarithms of other prices are rounded elsewhere.
CLOSE = {"rtol": 1e-7, "atol": 1e-8}


def periods_of(feature):
    return (2, 3, 5, 14, 50) if feature.periodic else (1,)


CASES = [
    pytest.param(feature, period, id=f"{name}-{period}")
    for name, feature in FEATURES.items()
    for period in periods_of(feature)
]


@pytest.mark.parametrize(("feature", "period"), CASES)
def test_a_row_depends_on_its_window_alone(feature, period):
    window = feature.window(period)
    whole = feature.compute(SERIES, period)
    assert np.isnan(whole[: window - 1]).all()
    assert np.isfinite(whole[window - 1 :]).any()
    for row in (window - 1, window, 200, 333, 399):
        alone = feature.compute(rows_of(SERIES, slice(row + 1 - window, row + 1)), period)
        np.testing.assert_allclose(alone[-1], whole[row], **CLOSE)


@pytest.mark.parametrize(("price", "volume"), [(1_000.0, 1.0), (1.0, 1_000.0), (1e-7, 1e7)])
@pytest.mark.parametrize(("feature", "period"), CASES)
def test_units_do_not_matter(feature, period, price, volume):
    other = feature.compute(rescaled(SERIES, price, volume), period)
    np.testing.assert_allclose(other, feature.compute(SERIES, period), **CLOSE)


@pytest.mark.parametrize("feature", FEATURES.values(), ids=FEATURES)
def test_no_candles_no_values(feature):
    nothing = rows_of(SERIES, slice(0, 0))
    got = feature.compute(nothing, 5)
    assert got.shape == (0,)
    assert got.dtype == np.float64


@pytest.mark.parametrize("feature", FEATURES.values(), ids=FEATURES)
def test_says_what_it_is(feature):
    assert feature.name == feature.name.lower().replace(" ", "_")
    assert feature.formula
    assert "\n" not in feature.formula
    assert feature.source
    if not feature.periodic:
        assert feature.window(1) == feature.window(50) <= 3


prices = st.floats(5e-324, 1.7e308)


@settings(max_examples=60, deadline=None)
@given(
    candles=st.lists(st.tuples(prices, prices, prices, prices), max_size=12),
    period=st.integers(2, 6),
)
def test_no_price_makes_an_infinity(candles, period):
    rows = np.array([sorted(candle) for candle in candles]).reshape(-1, 4)
    series = CandleSeries(rows[:, 1], rows[:, 3], rows[:, 0], rows[:, 2], np.ones(len(rows)))
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for feature in FEATURES.values():
            got = feature.compute(series, period)
            assert got.shape == (len(candles),)
            assert not np.isinf(got).any(), feature.name
