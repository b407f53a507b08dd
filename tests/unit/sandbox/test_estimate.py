from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from aurum_plugins.clock import HOUR_MS, MINUTE_MS
from aurum_plugins.sandbox.market.estimate import estimate_instrument
from aurum_plugins.sandbox.market.tape import Candles


def instrument(base: str, prices: list[float], played_ms: int = HOUR_MS, quote="USDT"):
    column = np.array(prices)
    candles = Candles(
        HOUR_MS * np.arange(len(prices)), column, column, column, column, np.ones(len(prices))
    )
    return estimate_instrument(base, quote, candles, played_ms)


def test_a_known_pair_keeps_its_grids():
    btc = instrument("BTC", [30_000.5, 60_000.0])
    assert (btc.tick_size, btc.step_size) == (Decimal("0.01"), Decimal("0.00001"))
    assert btc.spread_bps == 0.2
    assert btc.reference_price == 60_000.0


def test_unless_its_prices_are_finer():
    bnb = instrument("BNB", [25.1234, 700.0])
    assert bnb.tick_size == Decimal("0.0001")
    assert bnb.step_size == Decimal("0.00001")


@pytest.mark.parametrize(
    ("price", "quote", "tick", "step"),
    [
        (0.00001234, "USDT", "1E-8", "1"),
        (0.25, "USDT", "0.01", "0.1"),
        (95.0, "USDT", "1", "0.0001"),
        (0.0512, "BTC", "0.0001", "0.00001"),
        (1.0e9, "USDT", "1", "1E-8"),
    ],
)
def test_grids_of_unknown_pairs(price, quote, tick, step):
    found = instrument("NEW", [price] * 5, quote=quote)
    assert found.tick_size == Decimal(tick)
    assert found.step_size == Decimal(step)
    worth = float(found.step_size) * price
    assert worth <= float(found.min_notional) / 100 or found.step_size == Decimal("1E-8")


def test_figures_are_meant_in_played_time():
    prices = [100.0, 101.0, 100.0, 102.0, 99.0]
    slow, fast = instrument("NEW", prices), instrument("NEW", prices, MINUTE_MS)
    assert slow.daily_volume == pytest.approx(24 * np.mean(prices))
    assert fast.daily_volume == pytest.approx(60 * slow.daily_volume)
    deviation = np.std(np.diff(np.log(prices)))
    assert slow.volatility == pytest.approx(deviation * np.sqrt(365 * 24))
    assert fast.volatility == pytest.approx(slow.volatility * np.sqrt(60))


def test_the_more_turnover_the_less_spread():
    quiet = instrument("NEW", [100.0] * 5)
    busy = instrument("NEW", [100_000.0] * 5, MINUTE_MS)
    assert quiet.spread_bps > busy.spread_bps > 0


def test_a_spread_is_a_tick_at_least():
    assert instrument("NEW", [0.00000012] * 5).spread_bps == pytest.approx(1e4 / 12)


def test_too_little_to_tell():
    assert instrument("NEW", [1.0, 2.0]).volatility == 0.8
    assert instrument("NEW", [1.0] * 9).volatility == 0.05
