from __future__ import annotations

import math
from itertools import pairwise
from statistics import NormalDist, fmean

import numpy as np
import pytest
from candle_window import Window, correlation, ln, mean_square, ratio, sign, slowly
from random_candle_series import flat_series, joined, random_series, rising_series

from aurum_plugins.features import microstructure
from aurum_plugins.features.candle_series import CandleSeries
from aurum_plugins.features.feature import Family

FEATURES = {feature.name: feature for feature in microstructure.FEATURES}
SPREADS = ("corwin_schultz", "abdi_ranaldo", "roll_spread")


def corwin_schultz(w: Window, p: int) -> float:
    """The paper's closed form, the jump between candles taken off as a factor of the price."""
    k = 3 - 2 * math.sqrt(2)
    spreads = []
    for (c, h0, l0), (h, low) in zip(zip(w.c, w.h, w.l), zip(w.h[1:], w.l[1:])):
        jump = low / c if low > c else h / c if h < c else 1.0
        beta = math.log(h0 / l0) ** 2 + math.log(h / low) ** 2
        gamma = math.log(max(h0, h / jump) / min(l0, low / jump)) ** 2
        alpha = (math.sqrt(2 * beta) - math.sqrt(beta)) / k - math.sqrt(gamma / k)
        spreads.append(max(0.0, 2 * (math.exp(alpha) - 1) / (1 + math.exp(alpha))))
    return fmean(spreads)


def abdi_ranaldo(w: Window, p: int) -> float:
    middles = [(math.log(h) + math.log(low)) / 2 for h, low in zip(w.h, w.l)]
    closes = [math.log(c) for c in w.c]
    squares = [4 * (c - now) * (c - then) for c, (now, then) in zip(closes, pairwise(middles))]
    return fmean(math.sqrt(max(x, 0.0)) for x in squares)


def roll_spread(w: Window, p: int) -> float:
    before, now = w.r[:-1], w.r[1:]
    covariance = fmean(a * b for a, b in zip(before, now)) - fmean(before) * fmean(now)
    return 2 * math.sqrt(max(-covariance, 0.0))


def amihud_ratio(w: Window, p: int) -> float:
    money = [t * v for t, v in zip(w.typical, w.v)]
    impact = [abs(r) / m for r, m in zip(w.r, money[1:])]
    return ln(ratio(fmean(impact[-p:]), fmean(impact)))


def range_impact(w: Window, p: int) -> float:
    short = sum(w.span[-p:]) / sum(w.v[-p:])
    return ln(ratio(short, sum(w.span) / sum(w.v)))


def bulk(w: Window, p: int) -> list[float]:
    """Bulk volume classification of the last p candles of 2 p."""
    imbalance = []
    for row in range(len(w.r) - p, len(w.r)):
        sigma = math.sqrt(mean_square(w.r[row + 1 - p : row + 1]))
        buys = NormalDist().cdf(w.r[row] / sigma) if sigma else 0.5
        imbalance.append(buys - (1 - buys))
    return imbalance


def weighted(values: list[float], volumes: list[float]) -> float:
    return sum(x * v for x, v in zip(values, volumes, strict=True)) / sum(volumes)


def signed_by_location(w: Window) -> list[float]:
    return [x * math.sqrt(v) for x, v in zip(w.location, w.v)][1:]


def wick_imbalance(w: Window, p: int) -> float:
    candles = list(zip(w.o, w.h, w.l, w.c))
    lower = sum(math.log(min(o, c) / low) for o, _, low, c in candles)
    upper = sum(math.log(h / max(o, c)) for o, h, _, c in candles)
    return ratio(lower - upper, sum(w.span))


ORACLES = {
    "corwin_schultz": corwin_schultz,
    "abdi_ranaldo": abdi_ranaldo,
    "roll_spread": roll_spread,
    "spread_to_volatility": lambda w, p: ratio(corwin_schultz(w, p), math.sqrt(mean_square(w.r))),
    "amihud_ratio": amihud_ratio,
    "range_impact": range_impact,
    "bulk_flow_imbalance": lambda w, p: weighted(bulk(w, p), w.v[-p:]),
    "vpin": lambda w, p: weighted([abs(x) for x in bulk(w, p)], w.v[-p:]),
    "kyle_correlation": lambda w, p: correlation(w.r, signed_by_location(w)),
    "volume_reversal": lambda w, p: correlation(
        [sign(r) * math.sqrt(v) for r, v in zip(w.r, w.v[1:-1])], w.r[1:]
    ),
    "zero_return_share": lambda w, p: w.r.count(0.0) / p,
    "direction_persistence": lambda w, p: fmean(sign(a) * sign(b) for a, b in pairwise(w.r)),
    "close_pressure": lambda w, p: fmean(w.location),
    "pressure_persistence": lambda w, p: correlation(w.location[:-1], w.location[1:]),
    "wick_imbalance": wick_imbalance,
}


def last(name: str, series: CandleSeries, period: int) -> float:
    return float(FEATURES[name].compute(series, period)[-1])


def of(*candles: tuple[float, float, float, float]) -> CandleSeries:
    """Candles of (open, high, low, close), given as logarithms."""
    prices = np.exp(np.array(candles, dtype=float)).T
    return CandleSeries(*prices, np.ones(len(candles)))


def bounced(spread: float, *, candles: int = 600, trades: int = 300) -> CandleSeries:
    """A random walk of the middle, traded at random at the bid or at the ask."""
    rng = np.random.default_rng(23)
    middle = np.cumsum(rng.normal(0, 0.01 / math.sqrt(trades), candles * trades))
    side = rng.choice((-0.5, 0.5), candles * trades)
    traded = (middle + spread * side).reshape(candles, trades)
    return of(*zip(traded[:, 0], traded.max(axis=1), traded.min(axis=1), traded[:, -1]))


def test_every_feature_has_its_oracle_and_its_family():
    assert set(FEATURES) == set(ORACLES)
    assert {feature.family for feature in microstructure.FEATURES} == {Family.MICROSTRUCTURE}


@pytest.mark.parametrize("period", [2, 5, 14])
@pytest.mark.parametrize("name", ORACLES)
def test_agrees_with_a_slow_computation_from_the_window_alone(name, period):
    series = random_series(33, 130, flat_share=0.0 if period == 2 else 0.15)
    feature = FEATURES[name]
    expected = slowly(ORACLES[name], series, feature.window(period), period)
    np.testing.assert_allclose(feature.compute(series, period), expected, rtol=1e-8, atol=1e-9)
    assert np.isfinite(expected).sum() > 60


def test_a_market_maker_without_news():
    # Every candle trades at the bid and at the ask: nothing but the spread of 0.01 is seen.
    candle = (0.0, 0.005, -0.005, 0.005), (0.0, 0.005, -0.005, -0.005)
    series = of(*candle * 10)
    alpha = 0.01 * ((2 - math.sqrt(2)) / (3 - 2 * math.sqrt(2)) - 1 / (math.sqrt(2) - 1))
    assert alpha == pytest.approx(0.01)
    assert last("corwin_schultz", series, 8) == pytest.approx(2 * math.tanh(0.005))
    assert last("abdi_ranaldo", series, 8) == pytest.approx(0.01)
    # Returns are +-0.01 in turn: their covariance is -0.0001.
    assert last("roll_spread", series, 8) == pytest.approx(0.02)


def test_a_negative_estimate_counts_as_zero():
    series = rising_series(20)
    for name in SPREADS:
        assert last(name, series, 8) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("gap", [0.05, -0.05])
def test_a_jump_between_candles_is_no_range(gap):
    # The close before the jump is at that end of its range to which the price jumps.
    side = -math.copysign(0.005, gap)
    calm = (0.0, 0.005, -0.005, -side), (0.0, 0.005, -0.005, side)
    moved = [tuple(x + gap for x in candle) for candle in calm]
    expected = last("corwin_schultz", of(*calm, *calm), 3)
    assert last("corwin_schultz", of(*calm, *moved), 3) == pytest.approx(expected)


@pytest.mark.parametrize("name", SPREADS)
def test_the_spread_of_a_simulated_market_is_recovered(name):
    # Volatility of a candle is 0.01: what is much smaller drowns, what is larger stands out.
    estimates = [last(name, bounced(spread), 500) for spread in (0.0, 0.005, 0.01, 0.02, 0.04)]
    assert estimates == sorted(estimates)
    assert estimates[0] < 0.006
    assert estimates[1] == pytest.approx(0.005, rel=0.5)
    assert estimates[2] == pytest.approx(0.01, rel=0.25)
    assert estimates[3] == pytest.approx(0.02, rel=0.15)
    assert estimates[4] == pytest.approx(0.04, rel=0.1)


def test_the_spread_is_told_from_volatility():
    quiet, wide = (last("spread_to_volatility", bounced(s), 500) for s in (0.0, 0.02))
    assert quiet < 0.6
    assert wide > 2 * quiet


def test_bulk_classification_by_hand():
    # Returns 1, -1 and 2 per cent; the last two are split by the volatility of two each.
    returns = np.array([0.0, 0.01, -0.01, 0.02])
    close = np.exp(np.cumsum(returns))
    series = CandleSeries(close, close, close, close, np.array([1.0, 1.0, 1.0, 3.0]))
    phi = NormalDist().cdf
    sell = 2 * phi(-1) - 1
    buy = 2 * phi(0.02 / math.sqrt((0.0001 + 0.0004) / 2)) - 1
    assert last("bulk_flow_imbalance", series, 2) == pytest.approx((sell + 3 * buy) / 4)
    assert last("vpin", series, 2) == pytest.approx((-sell + 3 * buy) / 4)


def test_illiquidity_that_rises_fourfold():
    rng = np.random.default_rng(6)
    close = np.exp(np.cumsum(rng.choice((-0.01, 0.01), 81)))
    volume = np.r_[np.full(61, 4.0), np.full(20, 1.0)] / close
    series = CandleSeries(close, close * 1.01, close / 1.01, close, volume)
    expected = math.log(1.0 / ((3 * 0.25 + 1) / 4))
    assert last("amihud_ratio", series, 20) == pytest.approx(expected)
    assert last("range_impact", series, 20) == pytest.approx(math.log(1.0 / (4 / 13)), abs=0.05)


def test_prices_that_bounce_and_prices_that_run():
    bouncing = of(*((x,) * 4 for x in (0.0, 0.01) * 20))
    assert last("direction_persistence", bouncing, 10) == -1
    assert last("volume_reversal", bouncing, 10) == pytest.approx(-1)
    running = rising_series(40)
    assert last("direction_persistence", running, 10) == 1
    assert last("close_pressure", running, 10) == 1
    assert last("wick_imbalance", running, 10) == 0
    assert last("vpin", running, 10) == pytest.approx(2 * NormalDist().cdf(1) - 1)


def test_candles_by_hand():
    series = of((0, 0, -0.03, 0), (0, 0.01, 0, 0), (0, 0, 0, 0))
    assert last("wick_imbalance", series, 3) == pytest.approx(0.02 / 0.04)
    assert last("close_pressure", series, 3) == pytest.approx(0)
    assert last("zero_return_share", series, 2) == 1
    assert last("zero_return_share", of((0,) * 4, (1,) * 4, (1,) * 4), 2) == 0.5


def test_price_follows_signed_volume():
    rng = np.random.default_rng(7)
    location = rng.uniform(-1, 1, 100)
    close = np.cumsum(0.01 * location)
    # Each candle's range is as wide as needed for the close to lie where it should.
    series = of(*zip(close, close + 0.01 * (1 - location), close - 0.01 * (1 + location), close))
    assert last("kyle_correlation", series, 80) == pytest.approx(1, abs=1e-3)


def test_orders_of_one_side_come_in_runs():
    sides = np.tile(np.repeat([1.0, -1.0], 10), 5)
    runs = of(*((0, 0.01, -0.01, 0.01 * side) for side in sides))
    assert last("pressure_persistence", runs, 80) == pytest.approx(0.8, abs=0.02)
    turns = of(*((0, 0.01, -0.01, 0.01 * (-1) ** i) for i in range(60)))
    assert last("pressure_persistence", turns, 40) == pytest.approx(-1)


WITHOUT_MOVEMENT = {
    **dict.fromkeys(
        (*SPREADS, "bulk_flow_imbalance", "vpin", "direction_persistence", "close_pressure"), 0.0
    ),
    "zero_return_share": 1.0,
}


@pytest.mark.parametrize("history", [0, 60])
@pytest.mark.parametrize("name", ORACLES)
def test_without_movement(name, history):
    series = flat_series(60)
    if history:
        series = joined(random_series(4, history), series)
    got = FEATURES[name].compute(series, 5)[-20:]
    np.testing.assert_array_equal(got, np.full(20, WITHOUT_MOVEMENT.get(name, math.nan)))


BOUNDS = {
    "corwin_schultz": (0, 2),
    "abdi_ranaldo": (0, math.inf),
    "roll_spread": (0, math.inf),
    "amihud_ratio": (-math.inf, math.log(4)),
    "range_impact": (-math.inf, math.inf),
    "vpin": (0, 1),
    "zero_return_share": (0, 1),
    **dict.fromkeys(
        (
            "bulk_flow_imbalance",
            "kyle_correlation",
            "volume_reversal",
            "direction_persistence",
            "close_pressure",
            "pressure_persistence",
            "wick_imbalance",
        ),
        (-1, 1),
    ),
}


@pytest.mark.parametrize("period", [2, 5, 14])
@pytest.mark.parametrize("name", BOUNDS)
def test_stays_within_its_bounds(name, period):
    low, high = BOUNDS[name]
    got = FEATURES[name].compute(random_series(8, 600), period)
    assert np.nanmin(got) >= low - 1e-12
    assert np.nanmax(got) <= high + 1e-12
