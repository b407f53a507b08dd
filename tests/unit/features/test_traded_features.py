"""What every feature of volatility, volume and microstructure promises."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_candle_series import joined, random_series, rescaled, rows_of

from aurum_plugins.features import microstructure, volatility, volume
from aurum_plugins.features.candle_series import CandleSeries
from aurum_plugins.features.log_ratio import log_ratio

FEATURES = {f.name: f for m in (volatility, volume, microstructure) for f in m.FEATURES}
SERIES = random_series(41, 400)
CASES = [
    pytest.param(feature, period, id=f"{name}-{period}")
    for name, feature in FEATURES.items()
    for period in ((2, 3, 5, 14, 50) if feature.periodic else (1,))
]


def test_names_are_unique():
    every = [f for m in (volatility, volume, microstructure) for f in m.FEATURES]
    assert len(every) == len(FEATURES) == 44


@pytest.mark.parametrize(("feature", "period"), CASES)
def test_a_row_depends_on_its_window_alone(feature, period):
    window = feature.window(period)
    whole = feature.compute(SERIES, period)
    assert np.isnan(whole[: window - 1]).all()
    assert np.isfinite(whole[window - 1 :]).any()
    for row in (window - 1, window, 222, 333, 399):
        alone = feature.compute(rows_of(SERIES, slice(row + 1 - window, row + 1)), period)
        np.testing.assert_allclose(alone[-1], whole[row], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("price", "volume_unit"), [(1e3, 1.0), (1.0, 1e3), (1e-7, 1e7)])
@pytest.mark.parametrize(("feature", "period"), CASES)
def test_units_do_not_matter(feature, period, price, volume_unit):
    other = feature.compute(rescaled(SERIES, price, volume_unit), period)
    expected = feature.compute(SERIES, period)
    np.testing.assert_allclose(other, expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(("feature", "period"), CASES)
def test_what_has_left_the_window_leaves_no_trace(feature, period):
    wild = random_series(10, 30)
    wild.volume[:] = np.geomspace(1e-6, 1e15, 30)
    wild = rescaled(wild, 1e3, 1.0)
    window = feature.window(period)
    after = feature.compute(joined(wild, SERIES), period)[30:]
    alone = feature.compute(SERIES, period)
    np.testing.assert_array_equal(after[window - 1 :], alone[window - 1 :])


@pytest.mark.parametrize("feature", FEATURES.values(), ids=FEATURES)
def test_says_what_it_is(feature):
    assert feature.name == feature.name.lower().replace(" ", "_")
    assert feature.formula
    assert "\n" not in feature.formula
    assert re.search(r"\((19|20)\d\d\)", feature.source)


PRICES = (100.0, 100.0 * (1 + 1e-12), 1_000.0, 10.0, 100.5)
VOLUMES = (1e-12, 1.0, 1.0 + 1e-9, 1e18)
candle = st.tuples(*(st.sampled_from(PRICES) for _ in range(4)), st.sampled_from(VOLUMES))


@settings(max_examples=60, deadline=None)
@given(candles=st.lists(candle, max_size=40), period=st.integers(2, 6))
def test_no_admissible_candle_makes_an_infinity(candles, period):
    rows = np.array([(*sorted(c[:4]), c[4]) for c in candles]).reshape(-1, 5)
    turned = np.arange(len(rows)) % 2 == 1
    opens = np.where(turned, rows[:, 1], rows[:, 2])
    close = np.where(turned, rows[:, 2], rows[:, 1])
    series = CandleSeries(opens, rows[:, 3], rows[:, 0], close, rows[:, 4])
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for feature in FEATURES.values():
            got = feature.compute(series, period)
            assert got.shape == (len(candles),)
            assert got.dtype == np.float64
            assert not np.isinf(got).any(), feature.name


def test_a_ratio_without_a_logarithm_is_unknown():
    above = np.array([1.0, 0.0, -1.0, 1.0, np.nan, 2.0])
    below = np.array([0.0, 1.0, 1.0, -1.0, 1.0, 1.0])
    got = log_ratio(above, below)
    np.testing.assert_array_equal(got, [np.nan] * 5 + [np.log(2.0)])
