from __future__ import annotations

import math

import numpy as np
import pytest
from slow_market import SlowMarket

from aurum_plugins.features import market
from aurum_plugins.features.feature import Family
from aurum_plugins.features.market_view import MarketView

NAN = float("nan")
PERIODS = (2, 5, 14, 30)
every_feature = pytest.mark.parametrize("feature", market.FEATURES, ids=lambda f: f.name)
BY_NAME = {feature.name: feature for feature in market.FEATURES}


def view_of(pair: np.ndarray, members: np.ndarray) -> MarketView:
    open_ms = 300_000 * np.arange(len(pair), dtype=np.int64)
    return MarketView(open_ms, np.asarray(pair), np.asarray(members))


def random_view(seed: int, rows: int = 120, pairs: int = 4, absent: float = 0.0) -> MarketView:
    """Pairs that share half of their moves."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0, 0.004, rows)
    moves = common + rng.normal(0, 0.004, (pairs + 1, rows))
    log_close = np.cumsum(moves, axis=1) + rng.normal(4, 3, (pairs + 1, 1))
    log_close[rng.random(log_close.shape) < absent] = NAN
    return view_of(log_close[0], log_close[1:])


def of_prices(pair: list[float], *members: list[float]) -> MarketView:
    return view_of(np.log(pair), np.log(members))


def values(name: str, view: MarketView, period: int) -> np.ndarray:
    return BY_NAME[name].compute(view, period)


@every_feature
@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("absent", [0.0, 0.03, 0.3])
def test_against_a_slow_loop(feature, period, absent):
    view = random_view(period, absent=absent)
    slow = getattr(SlowMarket(view, period), feature.name)
    first = feature.window(period) - 1
    expected = [NAN] * first + [slow(row) for row in range(first, 120)]
    got = feature.compute(view, period)
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12)


def test_market_return_of_hand():
    view = of_prices([1, 1, 1], [1, 2, 4], [1, 1, 1])
    np.testing.assert_allclose(values("market_return", view, 2), [NAN, NAN, math.log(2)])


def test_half_of_the_members_are_enough():
    view = of_prices([1, 1, 1], [1, 2, 4], [1, NAN, NAN])
    np.testing.assert_allclose(values("market_return", view, 2)[2], math.log(4))
    view = of_prices([1, 1, 1], [1, 2, 4], [1, NAN, NAN], [NAN, 1, 1])
    assert np.isnan(values("market_return", view, 2)).all()


def test_breadth_of_hand():
    view = of_prices([1, 1, 1], [1, 2, 4], [4, 2, 1], [5, 5, 5], [1, 1, 8])
    assert values("breadth", view, 3)[2] == (2 + 0.5) / 4


def test_a_market_that_stands_still_is_halfway():
    view = of_prices([1] * 9, [0.1] * 9, [7.3] * 9)
    np.testing.assert_array_equal(values("breadth", view, 7)[6:], 0.5)


def test_dispersion_of_hand():
    view = of_prices([1, 1, 1], [1, 1, math.e], [1, 1, math.e**3])
    np.testing.assert_allclose(values("dispersion", view, 2), [NAN, NAN, 1.0])


def test_members_that_move_as_one_are_not_dispersed():
    close = np.exp(np.random.default_rng(1).normal(size=50))
    view = of_prices(close, close, 3.7 * close, 1e-9 * close)
    np.testing.assert_array_equal(values("dispersion", view, 5)[5:], 0.0)
    np.testing.assert_allclose(values("comovement", view, 5)[5:], 1.0, rtol=1e-12)


def test_one_member_is_no_crowd():
    view = random_view(2, pairs=1)
    assert np.isnan(values("dispersion", view, 5)).all()
    assert np.isnan(values("comovement", view, 5)).all()
    assert np.isfinite(values("market_return", view, 5)[5:]).all()


def test_two_members_that_move_against_each_other():
    close = np.exp(np.random.default_rng(1).normal(size=50))
    view = of_prices(close, close, 1 / close)
    np.testing.assert_allclose(values("comovement", view, 5)[5:], -1.0, rtol=1e-12)
    np.testing.assert_allclose(values("market_volatility", view, 5)[5:], 0.0, atol=1e-15)


def test_independent_members_do_not_move_together():
    moves = np.random.default_rng(3).normal(size=(5, 5_000))
    view = view_of(moves[0].cumsum(), moves.cumsum(axis=1))
    assert abs(values("comovement", view, 4_000)[-1]) < 0.02


def test_the_common_share_of_the_variance_is_recovered():
    rng = np.random.default_rng(4)
    moves = np.sqrt(0.6) * rng.normal(size=5_000) + np.sqrt(0.4) * rng.normal(size=(5, 5_000))
    view = view_of(moves[0].cumsum(), moves.cumsum(axis=1))
    assert values("comovement", view, 4_000)[-1] == pytest.approx(0.6, abs=0.03)


def test_the_leader_alone_is_measured_by_itself():
    leader = random_view(5, pairs=1).leader
    view = view_of(leader, leader[np.newaxis])
    np.testing.assert_array_equal(values("leader_beta", view, 14)[14:], 1.0)
    np.testing.assert_array_equal(values("leader_correlation", view, 14)[14:], 1.0)
    np.testing.assert_array_equal(values("residual_momentum", view, 14)[14:], 0.0)
    np.testing.assert_array_equal(values("relative_strength", view, 14)[14:], 0.0)


def test_a_pair_that_doubles_each_move_of_the_leader():
    leader = random_view(6, pairs=1).leader
    view = view_of(2.0 * leader, leader[np.newaxis])
    np.testing.assert_allclose(values("leader_beta", view, 14)[14:], 2.0, rtol=1e-12)
    np.testing.assert_allclose(values("leader_correlation", view, 14)[14:], 1.0, rtol=1e-12)
    np.testing.assert_allclose(values("residual_momentum", view, 14)[14:], 0.0, atol=1e-14)
    against = view_of(-leader, leader[np.newaxis])
    np.testing.assert_allclose(values("leader_correlation", against, 14)[14:], -1.0, rtol=1e-12)


def test_a_beta_is_recovered_from_noise():
    rng = np.random.default_rng(7)
    leader, noise = rng.normal(size=(2, 5_000))
    view = view_of((1.4 * leader + noise).cumsum(), leader.cumsum()[np.newaxis])
    assert values("leader_beta", view, 4_000)[-1] == pytest.approx(1.4, abs=0.05)
    expected = 1.4 / math.sqrt(1.4**2 + 1)
    assert values("leader_correlation", view, 4_000)[-1] == pytest.approx(expected, abs=0.02)


def test_an_even_pace_is_what_is_usual():
    view = of_prices([1.0] * 20, list(1.01 ** np.arange(20)))
    np.testing.assert_allclose(values("leader_last_return", view, 5)[5:], 1.0, rtol=1e-9)
    np.testing.assert_allclose(values("market_volatility", view, 5)[5:], math.log(1.01), rtol=1e-9)


def test_a_leader_that_stands_still_measures_nothing():
    rng = np.random.default_rng(8)
    leader = np.concatenate([rng.normal(size=200).cumsum() * 3, np.zeros(40)])
    leader[200:] = leader[199]
    view = view_of(rng.normal(size=240).cumsum(), leader[np.newaxis])
    for name in ("leader_last_return", "leader_beta", "leader_correlation", "residual_momentum"):
        got = values(name, view, 10)
        assert np.isfinite(got[10:209]).all()
        assert np.isnan(got[209:]).all()
    np.testing.assert_array_equal(values("market_volatility", view, 10)[209:], 0.0)


def test_a_pair_that_stands_still_does_not_follow():
    view = view_of(np.full(60, 2.2), random_view(9, 60).members)
    np.testing.assert_array_equal(values("leader_beta", view, 5)[5:], 0.0)
    assert np.isnan(values("leader_correlation", view, 5)).all()


@every_feature
def test_a_tenth_of_a_window_may_be_missing_and_no_more(feature):
    view = random_view(10, 200)
    members, pair = view.members.copy(), view.pair.copy()
    # Three single holes cost 3 closes, and 4 or 6 returns, of every window that holds them.
    members[:, [100, 101, 102]] = NAN
    pair[[100, 101, 102]] = NAN
    got = feature.compute(view_of(pair, members), 50)
    assert np.isfinite(got[110:140]).all()
    members[:, 104:110] = NAN
    got = feature.compute(view_of(pair, members), 50)
    at_its_ends = ("market_return", "leader_return", "dispersion", "relative_strength")
    assert np.isfinite(got[112:140]).all() == (feature.name in at_its_ends)


@every_feature
@pytest.mark.parametrize("period", PERIODS)
def test_the_window_alone_gives_the_same_bits(feature, period):
    view = random_view(11, 90, absent=0.02)
    whole = feature.compute(view, period)
    window = feature.window(period)
    for row in range(window - 1, 90):
        rows = slice(row - window + 1, row + 1)
        part = view_of(view.pair[rows], view.members[:, rows])
        np.testing.assert_array_equal(feature.compute(part, period)[-1], whole[row])


@every_feature
@pytest.mark.parametrize("period", PERIODS)
def test_there_is_no_value_before_the_first_window(feature, period):
    assert feature.family is Family.MARKET
    got = feature.compute(random_view(12), period)
    first = feature.window(period) - 1
    assert np.isnan(got[:first]).all()
    assert np.isfinite(got[first:]).all()


@every_feature
def test_later_candles_change_nothing(feature):
    view = random_view(13, absent=0.02)
    whole = feature.compute(view, 14)
    for rows in (1, 15, 40, 119):
        part = view_of(view.pair[:rows], view.members[:, :rows])
        np.testing.assert_array_equal(feature.compute(part, 14), whole[:rows])


@every_feature
def test_the_unit_of_price_changes_nothing(feature):
    view = random_view(14)
    shift = np.log([[1_000.0], [0.001], [7.0], [1e6]])
    got = feature.compute(view_of(view.pair + math.log(1e-6), view.members + shift), 14)
    np.testing.assert_allclose(got, feature.compute(view, 14), rtol=1e-9, atol=1e-11)


@every_feature
@pytest.mark.parametrize("poison", [NAN, np.inf, -np.inf])
def test_what_is_no_number_has_left_with_its_window(feature, poison):
    view = random_view(15)
    members, pair = view.members.copy(), view.pair.copy()
    members[:, 20] = pair[20] = poison
    with np.errstate(invalid="ignore"):
        got = feature.compute(view_of(pair, members), 14)
    assert not np.isinf(got).any()
    np.testing.assert_array_equal(got[36:], feature.compute(view, 14)[36:])


@every_feature
@pytest.mark.parametrize("rows", [0, 1, 2])
def test_hardly_any_candles_have_no_value(feature, rows):
    got = feature.compute(random_view(16, rows), 5)
    assert got.shape == (rows,)
    assert got.dtype == np.float64
    assert np.isnan(got).all()


@every_feature
def test_nobody_known_has_no_value(feature):
    nothing = np.full((3, 50), NAN)
    assert np.isnan(feature.compute(view_of(random_view(17, 50).pair, nothing), 5)).all()


@every_feature
def test_the_view_is_not_changed(feature):
    view = random_view(18, absent=0.1)
    pair, members = view.pair.copy(), view.members.copy()
    feature.compute(view, 5)
    np.testing.assert_array_equal(view.pair, pair)
    np.testing.assert_array_equal(view.members, members)
