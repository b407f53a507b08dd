from __future__ import annotations

import math
from statistics import fmean, pstdev, variance

import numpy as np
import pytest
from candle_window import Window, correlation, ln, mean_square, ratio, slowly
from random_candle_series import flat_series, joined, random_series, rising_series

from aurum_plugins.features import volatility
from aurum_plugins.features.candle_series import CandleSeries
from aurum_plugins.features.feature import Family

FEATURES = {feature.name: feature for feature in volatility.FEATURES}
LN2 = math.log(2)


def garman_klass(w: Window, p: int) -> float:
    body = [math.log(c / o) for o, c in zip(w.o, w.c)]
    return math.sqrt(fmean(0.5 * s**2 - (2 * LN2 - 1) * b**2 for s, b in zip(w.span, body)))


def rogers_satchell_variance(w: Window) -> float:
    """The authors' form: u (u - c) + d (d - c), all from the open."""
    total = 0.0
    for o, h, low, c in zip(w.o, w.h, w.l, w.c):
        up, down, close = math.log(h / o), math.log(low / o), math.log(c / o)
        total += up * (up - close) + down * (down - close)
    return total / len(w.c)


def yang_zhang(w: Window, p: int) -> float:
    gaps = [math.log(o / c) for o, c in zip(w.o[1:], w.c)]
    bodies = [math.log(c / o) for o, c in zip(w.o[1:], w.c[1:])]
    w.o, w.h, w.l, w.c = (x[1:] for x in (w.o, w.h, w.l, w.c))
    k = 0.34 / (1.34 + (p + 1) / (p - 1))
    return math.sqrt(variance(gaps) + k * variance(bodies) + (1 - k) * rogers_satchell_variance(w))


def true_ranges(w: Window) -> list[float]:
    candles = zip(w.h[1:], w.l[1:], w.c)
    return [math.log(max(h, c) / min(low, c)) for h, low, c in candles]


def range_volatility_ratio(w: Window, p: int) -> float:
    inside = mean_square(w.span[1:]) / (4 * LN2)
    return ln(ratio(math.sqrt(inside), math.sqrt(mean_square(w.r))))


ORACLES = {
    "realised_volatility": lambda w, p: pstdev(w.r),
    "parkinson": lambda w, p: math.sqrt(mean_square(w.span) / (4 * LN2)),
    "garman_klass": garman_klass,
    "rogers_satchell": lambda w, p: math.sqrt(rogers_satchell_variance(w)),
    "yang_zhang": yang_zhang,
    "volatility_ratio": lambda w, p: ln(ratio(pstdev(w.r[-p:]), pstdev(w.r))),
    "range_ratio": lambda w, p: ratio(true_ranges(w)[-1], fmean(true_ranges(w))),
    "range_volatility_ratio": range_volatility_ratio,
    "volatility_of_volatility": lambda w, p: ratio(pstdev(w.span), fmean(w.span)),
    "return_shock": lambda w, p: ratio(abs(w.r[-1]), math.sqrt(mean_square(w.r))),
    "leverage_effect": lambda w, p: correlation(w.r[:-1], [abs(x) for x in w.r[1:]]),
    "volatility_persistence": lambda w, p: correlation(
        [abs(x) for x in w.r[:-1]], [abs(x) for x in w.r[1:]]
    ),
}


def last(name: str, series: CandleSeries, period: int) -> float:
    return float(FEATURES[name].compute(series, period)[-1])


def of(*candles: tuple[float, float, float, float]) -> CandleSeries:
    """Candles of (open, high, low, close), given as logarithms."""
    prices = np.exp(np.array(candles, dtype=float)).T
    return CandleSeries(*prices, np.ones(len(candles)))


def test_every_feature_has_its_oracle_and_its_family():
    assert set(FEATURES) == set(ORACLES)
    assert {feature.family for feature in volatility.FEATURES} == {Family.VOLATILITY}


@pytest.mark.parametrize("period", [2, 5, 14])
@pytest.mark.parametrize("name", ORACLES)
def test_agrees_with_a_slow_computation_from_the_window_alone(name, period):
    # Without flat candles two returns are never equal: the slow one has no exact zeros either.
    series = random_series(31, 130, flat_share=0.0 if period == 2 else 0.15)
    feature = FEATURES[name]
    expected = slowly(ORACLES[name], series, feature.window(period), period)
    np.testing.assert_allclose(feature.compute(series, period), expected, rtol=1e-8, atol=1e-10)
    assert np.isfinite(expected).sum() > 40


def test_volatility_of_two_returns():
    series = of(*((x, x, x, x) for x in (0.0, 0.03, 0.02)))
    assert last("realised_volatility", series, 2) == pytest.approx(0.02)
    assert last("return_shock", series, 2) == pytest.approx(0.01 / math.sqrt(0.0005))


def test_estimates_from_one_candle_by_hand():
    candle = (0.0, 0.03, -0.01, 0.02)
    series = of(candle, candle)
    assert last("parkinson", series, 2) == pytest.approx(0.04 / math.sqrt(4 * LN2))
    assert last("garman_klass", series, 2) == pytest.approx(
        math.sqrt(0.0008 - (2 * LN2 - 1) * 0.0004)
    )
    assert last("rogers_satchell", series, 2) == pytest.approx(math.sqrt(0.03 * 0.01 + 0.01 * 0.03))


def test_yang_zhang_by_hand():
    # Gaps 0.01 and 0.03, bodies 0.02 and 0.00; k = 0.34 / (1.34 + 3).
    series = of((0, 0, 0, 0), (0.01, 0.04, 0.01, 0.03), (0.06, 0.07, 0.05, 0.06))
    k = 0.34 / 4.34
    inside = (0.01 * 0.03 + 0.0 + 0.0001 + 0.0001) / 2
    expected = math.sqrt(0.0002 + k * 0.0002 + (1 - k) * inside)
    assert last("yang_zhang", series, 2) == pytest.approx(expected)


def test_range_ratio_by_hand():
    # The second candle lies above the first: its true range reaches down to the close before.
    series = of((0, 0.01, 0, 0.01), (0.02, 0.03, 0.02, 0.03), (0.03, 0.07, 0.03, 0.05))
    assert last("range_ratio", series, 2) == pytest.approx(0.04 / 0.03)


@pytest.mark.parametrize("name", ["parkinson", "garman_klass", "rogers_satchell", "yang_zhang"])
@pytest.mark.parametrize("sigma", [0.002, 0.02])
def test_estimates_recover_the_volatility_of_a_brownian_motion(name, sigma):
    rng = np.random.default_rng(17)
    steps = rng.normal(0, sigma / math.sqrt(2_000), (400, 2_000))
    path = np.cumsum(steps, axis=1) + np.r_[0.0, steps.sum(axis=1).cumsum()[:-1]][:, None]
    opens = np.r_[0.0, path[:-1, -1]]
    high = np.maximum(path.max(axis=1), opens)
    low = np.minimum(path.min(axis=1), opens)
    series = of(*zip(opens, high, low, path[:, -1]))
    # Extremes between two steps are missed, so that estimates from ranges come out a little low.
    assert last(name, series, 399) == pytest.approx(sigma, rel=0.07)
    assert last("range_volatility_ratio", series, 399) == pytest.approx(0, abs=0.1)


def test_only_yang_zhang_sees_a_gap_and_no_drift():
    jumping = of(*((0.01 * i * (-1) ** i,) * 4 for i in range(20)))
    assert last("parkinson", jumping, 10) == last("rogers_satchell", jumping, 10) == 0
    assert last("yang_zhang", jumping, 10) > 0.1
    rising = rising_series(30)
    assert last("parkinson", rising, 10) > 0.005
    assert last("rogers_satchell", rising, 10) == pytest.approx(0, abs=1e-9)
    assert last("realised_volatility", rising, 10) == 0


def test_calm_after_storm_and_storm_after_calm():
    rng = np.random.default_rng(2)

    def walk(before: float, after: float) -> CandleSeries:
        returns = np.r_[0.0, rng.normal(0, before, 60), rng.normal(0, after, 20)]
        return of(*((x,) * 4 for x in np.cumsum(returns)))

    calm = walk(0.02, 0.002)
    assert last("volatility_ratio", calm, 20) < -1.8
    assert last("volatility_persistence", calm, 78) > 0.1
    assert last("volatility_ratio", walk(0.002, 0.02), 20) == pytest.approx(math.log(2), abs=0.05)


def test_falls_that_are_followed_by_movement():
    returns = np.tile([-0.02, 0.03, 0.01, -0.01, -0.02, 0.04, 0.01, 0.005], 5)
    series = of(*((x,) * 4 for x in np.cumsum(returns)))
    assert last("leverage_effect", series, 30) < -0.7


WITHOUT_MOVEMENT = dict.fromkeys(
    ("realised_volatility", "parkinson", "garman_klass", "rogers_satchell", "yang_zhang"), 0.0
)


@pytest.mark.parametrize("history", [0, 60])
@pytest.mark.parametrize("name", ORACLES)
def test_without_movement(name, history):
    series = flat_series(60)
    if history:
        series = joined(random_series(4, history), series)
    got = FEATURES[name].compute(series, 5)[-20:]
    np.testing.assert_array_equal(got, np.full(20, WITHOUT_MOVEMENT.get(name, math.nan)))


BOUNDS = {
    "range_ratio": lambda p: (0, p),
    "volatility_of_volatility": lambda p: (0, math.sqrt(p - 1)),
    "return_shock": lambda p: (0, math.sqrt(p)),
    "volatility_ratio": lambda p: (-math.inf, math.log(2)),
    "leverage_effect": lambda p: (-1, 1),
    "volatility_persistence": lambda p: (-1, 1),
}


@pytest.mark.parametrize("period", [2, 5, 14])
@pytest.mark.parametrize("name", BOUNDS)
def test_stays_within_its_bounds(name, period):
    low, high = BOUNDS[name](period)
    got = FEATURES[name].compute(random_series(8, 600), period)
    assert np.nanmin(got) >= low - 1e-12
    assert np.nanmax(got) <= high + 1e-12
