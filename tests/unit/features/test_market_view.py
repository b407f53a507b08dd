from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.features.candles import Candles
from aurum_plugins.features.market_view import MarketView

NAN = float("nan")


def members(candles: Candles, *others: Candles) -> np.ndarray:
    """Closes of the market pairs, on the grid of the pair."""
    market = {f"M{number}/USDT": other for number, other in enumerate(others)}
    return np.exp(MarketView.of(candles, market).members)


def same(got, expected) -> None:
    np.testing.assert_allclose(got, expected, rtol=1e-13)


def test_the_pair_and_the_leader(candles_of):
    pair, leader, other = candles_of([10, 11, 12]), candles_of([7, 8, 9]), candles_of([1, 2, 3])
    view = MarketView.of(pair, {"BTC/USDT": leader, "ETH/USDT": other})
    np.testing.assert_array_equal(view.open_ms, pair.open_ms)
    same(np.exp(view.pair), [10, 11, 12])
    same(np.exp(view.leader), [7, 8, 9])
    same(np.exp(view.members), [[7, 8, 9], [1, 2, 3]])
    same(view.pair_return, np.log([NAN, 11 / 10, 12 / 11]))
    same(view.leader_return, np.log([NAN, 8 / 7, 9 / 8]))


def test_a_member_that_starts_later_is_unknown_before(candles_of):
    same(members(candles_of([1, 2, 3, 4]), candles_of([30, 40, 50], start=2)), [[NAN, NAN, 30, 40]])


def test_a_member_that_starts_earlier_and_ends_earlier(candles_of):
    other = candles_of([10, 20, 30, 40], start=-2)
    same(members(candles_of([1, 2, 3, 4]), other), [[30, 40, NAN, NAN]])


@pytest.mark.parametrize("start", [-9, 4, 9])
def test_a_member_of_another_time_is_unknown(candles_of, start):
    same(members(candles_of([1, 2, 3, 4]), candles_of([9, 9], start=start)), [[NAN] * 4])


def test_gaps_on_either_side_stay_gaps(candles_of):
    pair = candles_of([1, 2, 3, 4], absent=[1])
    other = candles_of([10, 20, 30, 40, 50], absent=[0, 3], start=-1)
    view = MarketView.of(pair, {"BTC/USDT": other})
    same(np.exp(view.pair), [1, NAN, 3, 4])
    same(np.exp(view.leader), [20, 30, NAN, 50])
    same(view.pair_return, np.log([NAN, NAN, NAN, 4 / 3]))


def test_candles_off_the_grid_join_nothing(candles_of):
    other = candles_of([5, 6, 7])
    moved = Candles(
        other.interval_ms,
        other.open_ms + 1_000,
        *(other.open, other.high, other.low, other.close, other.volume, other.status),
    )
    same(members(candles_of([1, 2, 3]), moved, other), [[NAN] * 3, [5, 6, 7]])


def test_what_stands_in_a_gap_is_not_read(make_candles):
    pair, other = make_candles(1, 100, absent=0.2), make_candles(2, 100, absent=0.2)
    view = MarketView.of(pair, {"BTC/USDT": other})
    np.testing.assert_array_equal(np.isfinite(view.pair), pair.observed)
    np.testing.assert_array_equal(np.isfinite(view.leader), other.observed)


def test_no_candles_on_either_side(candles_of):
    nothing, some = candles_of([]), candles_of([1, 2])
    assert members(nothing, some).shape == (1, 0)
    same(members(some, nothing), [[NAN, NAN]])


def test_the_pair_may_be_a_member(candles_of):
    pair = candles_of([1, 2, 3], absent=[1])
    view = MarketView.of(pair, {"BTC/USDT": pair})
    np.testing.assert_array_equal(view.pair, view.leader)


def test_a_market_of_nobody_is_refused(candles_of):
    with pytest.raises(ValueError, match="market must hold one pair or more, got none"):
        MarketView.of(candles_of([1]), {})


def test_another_interval_is_refused(candles_of):
    other = candles_of([1])
    columns = (other.open, other.high, other.low, other.close, other.volume, other.status)
    hourly = Candles(3_600_000, other.open_ms, *columns)
    message = "market pairs must have candles of 300000 ms, got 3600000 ms of ETH/USDT"
    with pytest.raises(ValueError, match=message):
        MarketView.of(other, {"BTC/USDT": other, "ETH/USDT": hourly})
