"""Prices as they were last seen, and how long ago that was."""

from __future__ import annotations

import math
import pickle

import pytest
from staged_clock import StagedClock

from aurum_plugins.clock import HOUR_MS, VirtualClock
from aurum_plugins.strategies.last_prices import FRESH_MS, LastPrices

PAIR = "BTC/USDT"


def test_a_price_is_fresh_for_a_minute_and_known_for_ever() -> None:
    clock = VirtualClock(1_700_000_000_000)
    prices = LastPrices(clock)
    assert math.isnan(prices.fresh(PAIR))
    prices[PAIR] = 100.0
    assert prices.fresh(PAIR) == prices[PAIR] == 100.0
    clock.advance(FRESH_MS)
    assert prices.fresh(PAIR) == 100.0
    clock.advance(1)
    assert math.isnan(prices.fresh(PAIR))
    assert prices.get(PAIR) == 100.0
    prices[PAIR] = 101.0
    assert prices.fresh(PAIR) == 101.0


def test_each_pair_has_a_time_of_its_own_however_it_was_put() -> None:
    clock = VirtualClock(1_700_000_000_000)
    prices = LastPrices(clock)
    prices.update({PAIR: 100.0})
    clock.advance(FRESH_MS)
    prices.setdefault("ETH/USDT", 10.0)
    clock.advance(1)
    assert math.isnan(prices.fresh(PAIR))
    assert prices.fresh("ETH/USDT") == 10.0
    assert set(prices) == {PAIR, "ETH/USDT"}


def test_a_price_that_was_taken_away_is_not_known() -> None:
    prices = LastPrices(VirtualClock(1_700_000_000_000))
    prices[PAIR] = 100.0
    del prices[PAIR]
    assert math.isnan(prices.fresh(PAIR))


@pytest.mark.parametrize("by_ms", [-HOUR_MS, HOUR_MS])
def test_a_clock_that_was_set_makes_prices_old(by_ms) -> None:
    clock = StagedClock(1_700_000_000_000)
    prices = LastPrices(clock)
    prices[PAIR] = 100.0
    clock.set_by(by_ms)
    assert math.isnan(prices.fresh(PAIR))
    assert prices[PAIR] == 100.0


def test_it_can_be_pickled_as_hyperopt_does_with_a_strategy() -> None:
    prices = LastPrices()
    prices[PAIR] = 100.0
    again = pickle.loads(pickle.dumps(prices))  # noqa: S301 - our own
    assert again.fresh(PAIR) == again[PAIR] == 100.0
