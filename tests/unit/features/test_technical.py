from __future__ import annotations

import math

import numpy as np
import pytest
from random_candle_series import flat_series, joined, random_series, rising_series
from slow_technical import ORACLES, Window

from aurum_plugins.features import technical
from aurum_plugins.features.candle_series import CandleSeries
from aurum_plugins.features.feature import Family

FEATURES = {feature.name: feature for feature in technical.FEATURES}
PERIODS = (2, 5, 14)


def test_every_feature_has_its_oracle_and_its_family():
    assert set(FEATURES) == set(ORACLES)
    assert {feature.family for feature in technical.FEATURES} == {Family.TECHNICAL}
    assert len(FEATURES) == len(technical.FEATURES)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("name", ORACLES)
def test_agrees_with_a_slow_computation_from_the_window_alone(name, period):
    series = random_series(11, 120)
    feature = FEATURES[name]
    window = feature.window(period)
    expected = [math.nan] * (window - 1) + [
        ORACLES[name](Window(series, slice(t + 1 - window, t + 1)), period)
        for t in range(window - 1, len(series))
    ]
    got = feature.compute(series, period)
    np.testing.assert_allclose(got, expected, rtol=1e-8, atol=1e-9)
    assert np.isfinite(got[window - 1 :]).mean() > 0.5


def series_of(*candles):
    columns = np.array(candles, dtype=float).T
    return CandleSeries(*columns, np.ones(len(candles)))


def last(name, series, period=1):
    return FEATURES[name].compute(series, period)[-1]


CLOSES = (100.0, 110.0, 99.0, 108.9)  # up 10 %, down 10 %, up 10 %
ZIGZAG = series_of(*((c, c, c, c) for c in CLOSES))
UP, DOWN = math.log(1.1), -math.log(0.9)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rsi", 100 * 2 * UP / (2 * UP + DOWN)),
        ("efficiency_ratio", (2 * UP - DOWN) / (2 * UP + DOWN)),
        ("atr_ratio", (2 * UP + DOWN) / 3),
        ("stochastic", 90.0),
        ("directional_index", (2 * UP - DOWN) / (2 * UP + DOWN)),
        ("aroon", 100 * (1 - 2) / 3),
        ("vortex", 0.0),
        ("choppiness", 100 * math.log((2 * UP + DOWN) / math.log(110 / 99)) / math.log(3)),
    ],
)
def test_numbers_worked_out_by_hand(name, expected):
    series = ZIGZAG
    assert last(name, series, 3) == pytest.approx(expected, abs=1e-9)


def test_a_line_is_its_own_regression():
    series = rising_series(40, step=0.02)
    assert last("trend_r2", series, 10) == pytest.approx(1)
    # Nine steps of the line over sqrt(10) steps of the walk.
    assert last("trend_slope", series, 10) == pytest.approx(9 / math.sqrt(10))
    assert last("sma_distance", series, 9) == pytest.approx(4 * 0.02)
    assert last("macd", series, 8) == pytest.approx(4 * 0.02)
    assert last("macd_histogram", series, 8) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rsi", 100.0),
        ("stochastic", 100.0),
        ("stochastic_slow", 100.0),
        ("ultimate_oscillator", 100.0),
        ("balance_of_power", 1.0),
        ("adx", 100.0),
        ("directional_index", 1.0),
        ("aroon", 100.0),
        ("efficiency_ratio", 1.0),
        ("choppiness", 0.0),
        ("atr_ratio", 0.01),
        ("vortex", 2.0),
    ],
)
def test_a_steady_rise_reaches_the_end_of_the_scale(name, expected):
    assert last(name, rising_series(60), 7) == pytest.approx(expected, abs=1e-9)


def test_a_steady_fall_is_the_mirror_of_a_rise():
    up = rising_series(60)
    down = CandleSeries(1 / up.open, 1 / up.low, 1 / up.high, 1 / up.close, up.volume)
    for name, middle in (("rsi", 50), ("ultimate_oscillator", 50), ("bollinger_position", 0.5)):
        assert last(name, down, 7) == pytest.approx(2 * middle - last(name, up, 7))
    for name in ("directional_index", "aroon", "macd", "cci", "trend_slope", "keltner_position"):
        assert last(name, down, 7) == pytest.approx(-last(name, up, 7))


WITHOUT_MOVEMENT = {
    "rsi": 50.0,
    "stochastic": 50.0,
    "stochastic_slow": 50.0,
    "ultimate_oscillator": 50.0,
    "bollinger_position": 0.5,
    "trend_slope": math.nan,
    "trend_r2": math.nan,
    "efficiency_ratio": math.nan,
    "choppiness": math.nan,
}


@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize("history", [0, 60])
def test_without_movement_the_documented_limit_is_exact(name, history):
    series = flat_series(60, price=100.0)
    if history:
        series = joined(random_series(5, history), series)
    got = FEATURES[name].compute(series, 5)[-20:]
    np.testing.assert_allclose(got, WITHOUT_MOVEMENT.get(name, 0.0), rtol=0, atol=1e-9)


def test_calm_at_the_first_close_is_seen_as_calm():
    # Levels are measured from the first close: there, what is left of earlier rows is not hidden.
    start = flat_series(1, price=100.0)
    series = joined(start, random_series(8, 50), flat_series(30, price=100.0))
    assert last("bollinger_position", series, 5) == 0.5
    assert math.isnan(last("trend_r2", series, 5))


BOUNDS = {
    "rsi": (0, 100),
    "stochastic": (0, 100),
    "stochastic_slow": (0, 100),
    "ultimate_oscillator": (0, 100),
    "adx": (0, 100),
    "directional_index": (-1, 1),
    "aroon": (-100, 100),
    "balance_of_power": (-1, 1),
    "efficiency_ratio": (0, 1),
    "trend_r2": (0, 1),
    "choppiness": (0, 100),
    "bollinger_width": (0, math.inf),
    "atr_ratio": (0, math.inf),
}


@pytest.mark.parametrize("period", [2, 3, 14, 50])
@pytest.mark.parametrize("name", BOUNDS)
def test_stays_on_its_scale(name, period):
    low, high = BOUNDS[name]
    got = FEATURES[name].compute(random_series(3, 2_000), period)
    known = got[~np.isnan(got)]
    assert len(known) > 1_500
    assert known.min() >= low - 1e-9
    assert known.max() <= high + 1e-9
