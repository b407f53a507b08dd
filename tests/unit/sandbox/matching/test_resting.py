from __future__ import annotations

from decimal import Decimal

import pytest

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sandbox.matching import OrderStatus

# Each minute of the scripts trades 60.0 at one price: 600 lots, of which 10 % are 6.0.


def test_price_beyond_the_limit_gives_the_participation(desk, start):
    d = desk([100.0, 98.0, 98.0])
    order = d.place("BUY", "LIMIT", "50", "99")
    d.engine.advance(start + 2 * MINUTE_MS - 1)
    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert abs(order.executed - Decimal(6)) <= Decimal("0.1")
    assert {fill.price for fill in order.fills} == {Decimal(99)}
    assert all(fill.is_maker for fill in order.fills)
    assert d.locked("USDT") == order.remaining * 99
    assert d.is_exact()


def test_price_at_the_limit_gives_less(desk, start):
    d = desk([100.0, 101.0, 101.0])
    order = d.place("SELL", "LIMIT", "50", "101")
    d.engine.advance(start + 2 * MINUTE_MS - 1)
    assert abs(order.executed - Decimal("1.8")) <= Decimal("0.1")
    assert d.is_exact()


def test_small_flow_adds_up(desk, start):
    d = desk([100.0] + [98.0] * 9, volume=1.0)
    order = d.place("BUY", "LIMIT", "0.5", "99")
    d.engine.advance(start + 5 * MINUTE_MS)
    # A tenth of 1.0 a minute is one lot a minute.
    assert order.executed in {Decimal("0.3"), Decimal("0.4")}
    d.engine.advance(start + 8 * MINUTE_MS)
    assert order.status is OrderStatus.FILLED
    assert d.locked("USDT") == 0


def test_price_that_never_comes_fills_nothing(desk, start):
    d = desk([100.0, 99.01, 100.0])
    order = d.place("BUY", "LIMIT", "1", "99")
    d.engine.advance(start + 3 * MINUTE_MS)
    assert order.status is OrderStatus.NEW
    assert d.locked("USDT") == 99


def test_outage_fills_nothing(desk, start):
    d = desk([100.0, None, None, 98.0])
    order = d.place("BUY", "LIMIT", "1", "99")
    d.engine.advance(start + 3 * MINUTE_MS - 1)
    assert order.executed == 0
    d.engine.advance(start + 4 * MINUTE_MS - 1)
    assert order.status is OrderStatus.FILLED
    assert order.updated_ms >= start + 3 * MINUTE_MS


def test_better_price_then_earlier_order_comes_first(desk, start):
    d = desk([100.0, 97.0, 97.0])
    first = d.place("BUY", "LIMIT", "4", "98")
    second = d.place("BUY", "LIMIT", "4", "98")
    better = d.place("BUY", "LIMIT", "4", "99")
    d.engine.advance(start + 2 * MINUTE_MS - 1)
    assert better.status is OrderStatus.FILLED
    assert Decimal("1.8") <= first.executed <= Decimal("2.1")
    assert second.executed == 0
    total = sum(order.executed for order in (first, second, better))
    assert abs(total - 6) <= Decimal("0.2")


def test_accounts_share_the_flow(desk, start):
    d = desk([100.0, 98.0, 98.0])
    other = d.engine.open_account("other", "secret", {"USDT": Decimal(10_000)})
    mine = d.place("BUY", "LIMIT", "4", "99")
    theirs = d.place("BUY", "LIMIT", "50", "99", account=other)
    d.engine.advance(start + 2 * MINUTE_MS - 1)
    assert mine.executed == 4
    assert Decimal("1.8") <= theirs.executed <= Decimal("2.1")
    assert d.engine.reconcile(other) == {}


def test_how_often_time_is_looked_at_does_not_matter(desk, start):
    script = [100.0, 98.5, 99.0, 101.0, 98.0, 99.0, 97.0]
    records = []
    for step in (1_000, 7_777, 60_000, 500_000):
        d = desk(script, volume=7.0)
        for price in ("99", "98.5", "99"):
            d.place("BUY", "LIMIT", "3", price)
        d.place("SELL", "LIMIT", "2", "101")
        for now in range(start, start + 7 * MINUTE_MS - 1, step):
            d.engine.advance(now)
        d.engine.advance(start + 7 * MINUTE_MS - 1)
        records.append(d.account.fills)
    assert records[0]
    assert all(fills == records[0] for fills in records)


def test_an_order_starts_with_the_second_after_its_own(desk, start):
    d = desk([100.0, 98.0])
    # Inside the spread of the second: it rests, though the traded price is below its limit.
    order = d.place("BUY", "LIMIT_MAKER", "1", "98", now_ms=start + MINUTE_MS + 500)
    d.engine.advance(start + MINUTE_MS + 999)
    assert order.executed == 0
    d.engine.advance(start + MINUTE_MS + 30_000)
    assert order.fills[0].time_ms >= start + MINUTE_MS + 1_000


def test_long_waits_are_looked_through_in_blocks(desk, start, monkeypatch):
    monkeypatch.setattr("aurum_plugins.sandbox.matching.passage.BLOCK_CANDLES", 2)
    d = desk([100.0] * 7 + [98.0] * 2)
    order = d.place("BUY", "LIMIT", "1", "99")
    d.engine.advance(start + 9 * MINUTE_MS - 1)
    assert order.status is OrderStatus.FILLED
    assert start + 7 * MINUTE_MS <= order.updated_ms < start + 8 * MINUTE_MS


def test_resting_liquidity_scales_the_flow(desk, start):
    d = desk([100.0, 98.0, 98.0])
    assert d.engine.resting_liquidity == 1
    d.engine.resting_liquidity = 0.5
    order = d.place("BUY", "LIMIT", "50", "99")
    d.engine.advance(start + 2 * MINUTE_MS - 1)
    assert abs(order.executed - 3) <= Decimal("0.1")
    d.engine.resting_liquidity = 0
    before = order.executed
    d.engine.advance(start + 3 * MINUTE_MS - 1)
    assert order.executed == before


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_resting_liquidity_out_of_range(desk, share):
    with pytest.raises(ConfigurationError, match=r"resting_liquidity: must lie in \[0, 1\]"):
        desk().engine.resting_liquidity = share


@pytest.mark.parametrize("participation", [0.0, 1.01])
def test_participation_out_of_range(desk, participation):
    with pytest.raises(ConfigurationError, match="participation: must be above 0, at most 1"):
        desk(participation=participation)


def test_partial_fill_then_cancel_gives_the_rest_back(desk, start):
    d = desk([100.0, 98.0, 98.0])
    order = d.place("BUY", "LIMIT", "50", "99")
    canceled = d.engine.cancel(d.account, "AAAUSDT", order_id=order.order_id, now_ms=start + 90_000)
    assert canceled is order
    assert order.status is OrderStatus.CANCELED
    assert order.executed > 0
    assert d.locked("USDT") == 0
    assert d.free("USDT") == 10_000 - order.cumulative_quote
    executed = order.executed
    d.engine.advance(start + 3 * MINUTE_MS - 1)
    assert order.executed == executed


def test_symbols_take_turns_in_the_order_of_time(desk, start):
    d = desk({"AAAUSDT": [100.0, 98.0, 98.0], "BBBUSDT": [50.0, 48.0, 48.0]}, volume=20.0)
    d.place("BUY", "LIMIT", "50", "99")
    d.place("BUY", "LIMIT", "50", "49", symbol="BBBUSDT")
    d.engine.advance(start + 3 * MINUTE_MS - 1)
    when = [(fill.time_ms, fill.symbol) for fill in d.account.fills]
    assert when == sorted(when)
    assert {symbol for _, symbol in when} == {"AAAUSDT", "BBBUSDT"}


def test_a_symbol_whose_orders_are_done_is_left_alone(desk, start):
    d = desk({"AAAUSDT": [100.0] * 3, "BBBUSDT": [50.0, 48.0, 48.0]})
    gone = d.place("BUY", "LIMIT", "1", "99")
    d.engine.cancel(d.account, "AAAUSDT", order_id=gone.order_id, now_ms=start)
    rests = d.place("BUY", "LIMIT", "1", "49", symbol="BBBUSDT")
    d.engine.advance(start + 3 * MINUTE_MS - 1)
    assert (gone.fills, rests.status) == ([], OrderStatus.FILLED)
