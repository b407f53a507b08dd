from __future__ import annotations

import math
from itertools import pairwise
from statistics import fmean

import numpy as np
import pytest
from candle_window import Window, correlation, mean_square, ratio, sign, slowly
from random_candle_series import flat_series, joined, random_series, rising_series, rows_of

from aurum_plugins.features import volume
from aurum_plugins.features.candle_series import CandleSeries
from aurum_plugins.features.feature import Family

FEATURES = {feature.name: feature for feature in volume.FEATURES}


def dot(first: list[float], second: list[float]) -> float:
    return sum(a * b for a, b in zip(first, second, strict=True))


def usual(w: Window, p: int) -> list[float]:
    """Each volume against the p up to it, as far as the window reaches."""
    rows = range(p - 1, len(w.v))
    return [math.log(w.v[row] / fmean(w.v[row + 1 - p : row + 1])) for row in rows]


def money_flow_index(w: Window, p: int) -> float:
    rising = falling = 0.0
    for (before, now), v in zip(pairwise(w.typical), w.v[1:], strict=True):
        if math.isclose(before, now, rel_tol=1e-14):
            continue
        if now > before:
            rising += now * v
        else:
            falling += now * v
    return 100 * rising / (rising + falling) if rising + falling else 50.0


def ease_of_movement(w: Window, p: int) -> float:
    middles = [math.log(h * low) / 2 for h, low in zip(w.h, w.l, strict=True)]
    moves = [now - before for before, now in pairwise(middles)]
    ease = [m * s / v for m, s, v in zip(moves, w.span[1:], w.v[1:], strict=True)]
    return ratio(sum(ease), sum(abs(x) for x in ease))


def falling_volume_return(w: Window, p: int) -> float:
    falling = [r for r, (before, now) in zip(w.r, pairwise(w.v), strict=True) if now < before]
    return ratio(sum(falling), sum(abs(r) for r in w.r))


def on_balance(w: Window) -> float:
    return dot([sign(r) for r in w.r], w.v[1:]) / sum(w.v[1:])


ORACLES = {
    "relative_volume": lambda w, p: math.log(w.v[-1] / fmean(w.v)),
    "volume_change": lambda w, p: math.log(w.v[1] / w.v[0]),
    "volume_trend": lambda w, p: math.log(fmean(w.v[-p:]) / fmean(w.v)),
    "volume_momentum": lambda w, p: math.log(sum(w.v[p:]) / sum(w.v[:p])),
    "volume_variation": lambda w, p: math.sqrt(
        mean_square([math.log(now / before) for before, now in pairwise(w.v)])
    ),
    "volume_concentration": lambda w, p: math.log(p * dot(w.v, w.v) / sum(w.v) ** 2),
    "volume_persistence": lambda w, p: correlation(usual(w, p)[:-1], usual(w, p)[1:]),
    "money_flow_index": money_flow_index,
    "on_balance_flow": lambda w, p: on_balance(w),
    "up_volume_excess": lambda w, p: on_balance(w) - fmean(sign(r) for r in w.r),
    "chaikin_money_flow": lambda w, p: dot(w.location, w.v) / sum(w.v),
    "vwap_distance": lambda w, p: math.log(w.c[-1] * sum(w.v) / dot(w.typical, w.v)),
    "force": lambda w, p: ratio(dot(w.r, w.v[1:]) / sum(w.v[1:]), math.sqrt(mean_square(w.r))),
    "ease_of_movement": ease_of_movement,
    "falling_volume_return": falling_volume_return,
    "volume_return_correlation": lambda w, p: correlation(w.r[-p:], usual(w, p)),
    "volume_volatility_correlation": lambda w, p: correlation(
        [abs(r) for r in w.r[-p:]], usual(w, p)
    ),
}


def last(name: str, series: CandleSeries, period: int) -> float:
    return float(FEATURES[name].compute(series, period)[-1])


def traded(closes: list[float], volumes: list[float]) -> CandleSeries:
    """Candles of one price each."""
    close = np.array(closes, dtype=float)
    return CandleSeries(close, close, close, close, np.array(volumes, dtype=float))


def test_every_feature_has_its_oracle_and_its_family():
    assert set(FEATURES) == set(ORACLES)
    assert {feature.family for feature in volume.FEATURES} == {Family.VOLUME}
    assert [feature.name for feature in volume.FEATURES if not feature.periodic] == [
        "volume_change"
    ]


@pytest.mark.parametrize("period", [2, 5, 14])
@pytest.mark.parametrize("name", ORACLES)
def test_agrees_with_a_slow_computation_from_the_window_alone(name, period):
    series = random_series(32, 130, flat_share=0.0 if period == 2 else 0.15)
    feature = FEATURES[name]
    expected = slowly(ORACLES[name], series, feature.window(period), period)
    np.testing.assert_allclose(feature.compute(series, period), expected, rtol=1e-8, atol=1e-10)
    assert np.isfinite(expected).sum() > 60


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("relative_volume", math.log(4 / 2.5)),
        ("volume_change", math.log(4 / 3)),
        ("volume_concentration", math.log(4 * 30 / 100)),
        # 100 -> 110 -> 99 -> 99: up on 2, down on 3, unchanged on 4.
        ("on_balance_flow", (2 - 3) / 9),
        ("money_flow_index", 100 * 220 / (220 + 297)),
        ("vwap_distance", math.log(99 * 10 / (100 + 220 + 297 + 396))),
        ("falling_volume_return", 0.0),
    ],
)
def test_numbers_worked_out_by_hand(name, expected):
    series = traded([100, 110, 99, 99], [1, 2, 3, 4])
    period = 4 if FEATURES[name].window(4) == 4 else 3
    assert last(name, series, period) == pytest.approx(expected)


def test_two_halves():
    series = traded([100] * 8, [1, 1, 1, 1, 2, 2, 4, 4])
    assert last("volume_momentum", series, 4) == pytest.approx(math.log(3))
    assert last("volume_trend", series, 2) == pytest.approx(math.log(4 / 2))


def test_force_is_strongest_when_all_is_traded_in_the_candle_that_moves():
    series = traded([100, 100, 100, 100, 120], [1, 1e-9, 1e-9, 1e-9, 5])
    assert last("force", series, 4) == pytest.approx(2)
    against = traded([100, 120, 120, 120, 120], [1, 1e-12, 1, 1, 1])
    assert last("force", against, 4) == pytest.approx(0, abs=1e-9)


def test_money_flows_in_where_candles_close_at_the_high():
    series = rising_series(40)
    expected = {
        "money_flow_index": 100.0,
        "on_balance_flow": 1.0,
        "up_volume_excess": 0.0,
        "chaikin_money_flow": 1.0,
        "ease_of_movement": 1.0,
        "force": 1.0,
        "falling_volume_return": 0.0,
    }
    assert {name: last(name, series, 10) for name in expected} == pytest.approx(expected)


def test_volume_that_comes_with_rises_and_with_movement():
    rng = np.random.default_rng(5)
    returns = rng.normal(0, 0.01, 400)
    closes = np.exp(np.cumsum(returns))
    rises = traded(closes, np.exp(100 * returns))
    assert last("volume_return_correlation", rises, 150) > 0.99
    assert last("up_volume_excess", rises, 300) > 0.4
    movement = traded(closes, np.exp(100 * np.abs(returns)))
    assert last("volume_volatility_correlation", movement, 150) > 0.99
    assert abs(last("volume_return_correlation", movement, 150)) < 0.2


def test_a_price_that_only_rounding_moves_has_not_moved():
    # 0.1 + 0.2 + 0.3 and 0.15 + 0.25 + 0.2 differ in the last digit.
    high, low, close = np.array([[0.3, 0.25], [0.1, 0.15], [0.2, 0.2]]) + 0.1
    series = CandleSeries(close, high, low, close, np.ones(2))
    assert series.typical_price[0] != series.typical_price[1]
    assert last("money_flow_index", series, 1) == 50.0


WITHOUT_MOVEMENT = {
    **dict.fromkeys(FEATURES, 0.0),
    "money_flow_index": 50.0,
    **dict.fromkeys(
        (
            "volume_persistence",
            "force",
            "ease_of_movement",
            "falling_volume_return",
            "volume_return_correlation",
            "volume_volatility_correlation",
        ),
        math.nan,
    ),
}


@pytest.mark.parametrize("history", [0, 60])
@pytest.mark.parametrize("name", ORACLES)
def test_without_movement(name, history):
    series = flat_series(60)
    if history:
        series = joined(random_series(4, history), series)
    got = FEATURES[name].compute(series, 5)[-20:]
    np.testing.assert_allclose(got, np.full(20, WITHOUT_MOVEMENT[name]), rtol=0, atol=1e-14)


BOUNDS = {
    "relative_volume": lambda p: (-math.inf, math.log(p)),
    "volume_trend": lambda p: (-math.inf, math.log(4)),
    "volume_concentration": lambda p: (0, math.log(p)),
    "volume_variation": lambda p: (0, math.inf),
    "money_flow_index": lambda p: (0, 100),
    "force": lambda p: (-math.sqrt(p), math.sqrt(p)),
    "up_volume_excess": lambda p: (-2, 2),
    **{
        name: lambda p: (-1, 1)
        for name in (
            "on_balance_flow",
            "chaikin_money_flow",
            "ease_of_movement",
            "falling_volume_return",
            "volume_persistence",
            "volume_return_correlation",
            "volume_volatility_correlation",
        )
    },
}


@pytest.mark.parametrize("period", [2, 5, 14])
@pytest.mark.parametrize("name", BOUNDS)
def test_stays_within_its_bounds(name, period):
    low, high = BOUNDS[name](period)
    got = FEATURES[name].compute(random_series(8, 600), period)
    assert np.nanmin(got) >= low - 1e-12
    assert np.nanmax(got) <= high + 1e-12


def test_volume_change_needs_two_candles():
    series = random_series(1, 2)
    got = FEATURES["volume_change"].compute(series, 1)
    assert math.isnan(got[0])
    assert FEATURES["volume_change"].compute(rows_of(series, slice(0, 1)), 1).shape == (1,)
