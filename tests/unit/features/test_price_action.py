from __future__ import annotations

import math

import numpy as np
import pytest
from random_candle_series import flat_series, joined, random_series, rising_series
from slow_price_action import ORACLES

from aurum_plugins.features import price_action
from aurum_plugins.features.candle_series import CandleSeries
from aurum_plugins.features.feature import Family

FEATURES = {feature.name: feature for feature in price_action.FEATURES}
PERIODS = (2, 5, 14)


def test_every_feature_has_its_oracle_and_its_family():
    assert set(FEATURES) == set(ORACLES)
    assert {feature.family for feature in price_action.FEATURES} == {Family.PRICE_ACTION}
    assert len(FEATURES) == len(price_action.FEATURES)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("name", ORACLES)
def test_agrees_with_a_slow_computation_from_the_window_alone(name, period):
    series = random_series(12, 120)
    window = FEATURES[name].window(period)
    columns = [getattr(series, key).tolist() for key in ("open", "high", "low", "close")]
    expected = [math.nan] * (window - 1) + [
        ORACLES[name](*(column[t + 1 - window : t + 1] for column in columns), period)
        for t in range(window - 1, len(series))
    ]
    got = FEATURES[name].compute(series, period)
    np.testing.assert_allclose(got, expected, rtol=1e-7, atol=1e-9)
    assert np.isfinite(got[window - 1 :]).mean() > 0.5


def last(name, series, period=1):
    return FEATURES[name].compute(series, period)[-1]


def closes(*prices):
    same = np.array(prices, dtype=float)
    return CandleSeries(same, same, same, same, np.ones(len(same)))


def walk(*returns):
    return closes(*np.exp(np.cumsum([0.0, *returns])))


@pytest.mark.parametrize(
    ("name", "returns", "expected"),
    [
        ("momentum", (0.1, 0.2, -0.05), 0.25),
        ("momentum_scaled", (0.3, 0.4), 0.7 / 0.5),
        ("acceleration", (0.1, 0.1, 0.3, 0.2), 0.5 - 0.2),
        ("up_share", (0.1, 0.0, -0.1, 0.2), 2.5 / 4),
        ("max_return", (0.3, -0.4), 0.3 / math.sqrt(0.125)),
        ("min_return", (0.3, -0.4), -0.4 / math.sqrt(0.125)),
        ("downside_share", (0.3, -0.4), 0.16 / 0.25),
        # Equal magnitudes: as far from a jump as a walk can be.
        ("jump_share", (0.1, -0.1, 0.1, 0.1), 1 - math.pi / 2),
        ("jump_share", (0.0, 0.0, 0.5, 0.0), 1.0),
        ("return_skewness", (0.0, 0.0, 0.0, 0.4), 2 / math.sqrt(3)),
        ("return_kurtosis", (0.1, -0.1, 0.1, -0.1), -2.0),
        ("distance_to_high", (0.2, -0.3, 0.1), -0.2),
        ("distance_to_low", (0.2, -0.3, 0.1), 0.1),
        ("candles_since_high", (0.2, -0.3, 0.1), 2 / 3),
        ("candles_since_low", (0.2, -0.3, 0.1), 1 / 3),
    ],
)
def test_numbers_worked_out_by_hand(name, returns, expected):
    assert last(name, walk(*returns), len(returns)) == pytest.approx(expected)


def test_returns_that_alternate_and_returns_that_persist():
    alternating = walk(*([0.1, -0.1] * 10))
    assert last("return_autocorrelation", alternating, 8) == pytest.approx(-1)
    assert last("variance_ratio", alternating, 8) == pytest.approx(0, abs=1e-12)
    persisting = rising_series(40)
    # Four equal steps are four times as far, not twice.
    assert last("variance_ratio", persisting, 8) == pytest.approx(4)
    assert math.isnan(last("return_autocorrelation", persisting, 8))


def test_ulcer_index_of_one_dip():
    series = walk(0.0, 0.0, -0.3, 0.3)
    assert last("drawdown", series, 3) == pytest.approx(math.sqrt(0.09 / 3))


def test_a_candle_by_hand():
    series = CandleSeries(*(np.array([x]) for x in (100.0, 120.0, 90.0, 110.0, 1.0)))
    assert last("body", series) == pytest.approx(math.log(1.1))
    assert last("candle_range", series) == pytest.approx(math.log(4 / 3))
    assert last("upper_shadow", series) == pytest.approx(math.log(12 / 11))
    assert last("lower_shadow", series) == pytest.approx(math.log(10 / 9))
    assert last("body_share", series) == pytest.approx(1 / 3)
    assert last("close_location", series) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ((100, 110), (100, 110), 1.0),
        ((100, 110), (110, 121), 0.0),
        ((100, 110), (130, 140), 0.0),
        ((100, 121), (100, 110), 0.5),
        ((100, 100), (100, 100), 1.0),
        ((100, 100), (101, 101), 0.0),
    ],
)
def test_how_far_two_candles_overlap(before, now, expected):
    low, high = (np.array(x, dtype=float) for x in zip(before, now, strict=True))
    series = CandleSeries(low, high, low, high, np.ones(2))
    assert last("range_overlap", series) == pytest.approx(expected, abs=1e-12)


WITHOUT_MOVEMENT = {
    "up_share": 0.5,
    "range_overlap": 1.0,
    **dict.fromkeys(
        (
            "momentum_scaled",
            "max_return",
            "min_return",
            "downside_share",
            "jump_share",
            "return_skewness",
            "return_kurtosis",
            "return_autocorrelation",
            "variance_ratio",
        ),
        math.nan,
    ),
}


@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize("history", [0, 60])
def test_without_movement_the_documented_limit_is_exact(name, history):
    series = flat_series(60, price=100.0)
    if history:
        series = joined(random_series(5, history), series)
    got = FEATURES[name].compute(series, 5)[-20:]
    np.testing.assert_allclose(got, WITHOUT_MOVEMENT.get(name, 0.0), rtol=0, atol=1e-9)


def test_a_steady_rise_reaches_the_end_of_the_scale():
    series = rising_series(60)
    expected = {
        "momentum": 0.07,
        "momentum_scaled": math.sqrt(7),
        "acceleration": 0.0,
        "distance_to_high": 0.0,
        "distance_to_low": 0.07,
        "candles_since_high": 0.0,
        "candles_since_low": 1.0,
        "drawdown": 0.0,
        "up_share": 1.0,
        "max_return": 1.0,
        "min_return": 1.0,
        "downside_share": 0.0,
    }
    got = {name: last(name, series, 7) for name in expected}
    assert got == pytest.approx(expected, abs=1e-9)


def test_the_shape_of_returns_that_do_not_vary_is_unknown():
    series = rising_series(60)
    for name in ("return_skewness", "return_kurtosis"):
        assert np.isnan(FEATURES[name].compute(series, 7)).all()


@pytest.mark.parametrize("name", ["return_skewness", "return_kurtosis"])
def test_a_crash_that_has_left_the_window_leaves_no_trace(name):
    rng = np.random.default_rng(4)
    calm = walk(*rng.normal(0, 1e-4, 300))
    crash = walk(*rng.normal(0, 1e-2, 20), -3.0)
    alone = FEATURES[name].compute(calm, 14)
    after = FEATURES[name].compute(joined(crash, calm), 14)[len(crash) :]
    np.testing.assert_array_equal(after[20:], alone[20:])


BOUNDS = {
    "momentum_scaled": lambda p: (-math.sqrt(p), math.sqrt(p)),
    "distance_to_high": lambda p: (-math.inf, 0),
    "distance_to_low": lambda p: (0, math.inf),
    "candles_since_high": lambda p: (0, 1),
    "candles_since_low": lambda p: (0, 1),
    "drawdown": lambda p: (0, math.inf),
    "up_share": lambda p: (0, 1),
    "max_return": lambda p: (-1, math.sqrt(p)),
    "min_return": lambda p: (-math.sqrt(p), 1),
    "downside_share": lambda p: (0, 1),
    "jump_share": lambda p: (1 - math.pi / 2 * p / (p - 1), 1),
    "return_skewness": lambda p: (-math.sqrt(p), math.sqrt(p)),
    "return_kurtosis": lambda p: (-2, p - 3),
    "return_autocorrelation": lambda p: (-1, 1),
    "variance_ratio": lambda p: (0, math.inf),
    "body_share": lambda p: (0, 1),
    "close_location": lambda p: (-1, 1),
    "range_overlap": lambda p: (0, 1),
    "candle_range": lambda p: (0, math.inf),
    "upper_shadow": lambda p: (0, math.inf),
    "lower_shadow": lambda p: (0, math.inf),
}


@pytest.mark.parametrize("period", [2, 4, 14, 50])
@pytest.mark.parametrize("name", BOUNDS)
def test_stays_on_its_scale(name, period):
    low, high = BOUNDS[name](period)
    got = FEATURES[name].compute(random_series(3, 2_000), period)
    known = got[~np.isnan(got)]
    assert len(known) > 1_000
    assert known.min() >= low - 1e-6
    assert known.max() <= high + 1e-6
