from __future__ import annotations

from decimal import Decimal

import pytest

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.sandbox.matching import FilterFailure, OrderStatus, StopWouldTrigger, TimeInForce


def end_of(start, minutes):
    return start + minutes * MINUTE_MS - 1


@pytest.mark.parametrize(
    ("side", "kind", "stop", "then", "fill"),
    [
        ("SELL", "STOP_LOSS", "99", 99.0, "98.99"),
        ("BUY", "STOP_LOSS", "101", 101.0, "101.01"),
        ("SELL", "TAKE_PROFIT", "101", 101.5, "101.49"),
        ("BUY", "TAKE_PROFIT", "99", 98.5, "98.51"),
    ],
)
def test_stop_triggers_and_takes_from_the_book_of_that_second(
    desk, start, side, kind, stop, then, fill
):
    d = desk([100.0, then])
    order = d.place(side, kind, "1", stop=stop)
    assert (order.status, order.is_working, order.working_ms) == (OrderStatus.NEW, False, None)
    locked = ("USDT", Decimal(stop)) if side == "BUY" else ("AAA", Decimal(1))
    assert d.locked(locked[0]) == locked[1]
    d.engine.advance(end_of(start, 1))
    assert not order.is_working
    d.engine.advance(end_of(start, 2))
    assert order.status is OrderStatus.FILLED
    assert (order.is_working, order.working_ms) == (True, start + MINUTE_MS)
    assert [f.price for f in order.fills] == [Decimal(fill)]
    assert not order.fills[0].is_maker
    assert d.locked(locked[0]) == 0
    assert d.is_exact()


@pytest.mark.parametrize(
    ("side", "kind", "stop"),
    [
        ("SELL", "STOP_LOSS", "100"),
        ("BUY", "STOP_LOSS", "100"),
        ("SELL", "TAKE_PROFIT", "99"),
        ("BUY", "TAKE_PROFIT", "101"),
    ],
)
def test_stop_that_is_reached_already_is_refused(desk, side, kind, stop):
    d = desk()
    with pytest.raises(StopWouldTrigger, match=f"stop price {stop} would trigger at once") as e:
        d.place(side, kind, "1", stop=stop)
    assert e.value.last == 100
    assert d.account.orders == {}


def test_stop_limit_rests_when_the_price_jumped_past_its_limit(desk, start):
    d = desk([100.0, 97.0, 99.0])
    order = d.place("SELL", "STOP_LOSS_LIMIT", "1", "98.5", stop="99")
    d.engine.advance(end_of(start, 2))
    assert (order.status, order.is_working) == (OrderStatus.NEW, True)
    assert d.locked("AAA") == 1
    d.engine.advance(end_of(start, 3))
    assert order.status is OrderStatus.FILLED
    assert {f.price for f in order.fills} == {Decimal("98.5")}
    assert all(f.is_maker for f in order.fills)
    assert d.is_exact()


def test_stop_limit_fok_that_cannot_fill_expires(desk, start):
    d = desk([100.0, 101.0])
    order = d.place(
        "BUY", "STOP_LOSS_LIMIT", "5", "101.01", stop="101", time_in_force=TimeInForce.FOK
    )
    d.engine.advance(end_of(start, 2))
    assert (order.status, order.fills) == (OrderStatus.EXPIRED, [])
    assert (order.updated_ms, d.locked("USDT")) == (start + MINUTE_MS, 0)


def test_stops_of_the_same_second_share_its_book_oldest_first(desk, start):
    d = desk([100.0, 98.0])
    older = d.place("SELL", "STOP_LOSS", "1", stop="98.5")
    newer = d.place("SELL", "STOP_LOSS", "1", stop="99")
    d.engine.advance(end_of(start, 2))
    assert older.average_price == Decimal("97.99")
    assert newer.average_price == Decimal("97.98")


def test_market_stop_buys_what_the_account_can_still_pay(desk, start):
    d = desk([100.0, 120.0], funds={"USDT": Decimal(102)})
    order = d.place("BUY", "STOP_LOSS", "1", stop="101")
    d.engine.advance(end_of(start, 2))
    # 102 pays for eight lots of 0.1 at 120.01.
    assert (order.status, order.executed) == (OrderStatus.EXPIRED, Decimal("0.8"))
    assert d.is_exact()


def test_triggered_stop_obeys_resting_liquidity(desk, start):
    d = desk([100.0, 98.0])
    d.engine.resting_liquidity = 0.5
    order = d.place("SELL", "STOP_LOSS", "1", stop="99")
    d.engine.advance(start + MINUTE_MS)
    assert (order.status, order.executed) == (OrderStatus.EXPIRED, Decimal("0.5"))
    d.engine.resting_liquidity = 0
    starved = d.place("SELL", "TAKE_PROFIT", "1", stop="99", now_ms=start + MINUTE_MS)
    assert starved.status is OrderStatus.NEW


def test_no_liquidity_at_all_leaves_a_triggered_market_stop_unfilled(desk, start):
    d = desk([100.0, 98.0])
    order = d.place("SELL", "STOP_LOSS", "1", stop="99")
    d.engine.resting_liquidity = 0
    d.engine.advance(end_of(start, 2))
    assert (order.status, order.executed, d.locked("AAA")) == (OrderStatus.EXPIRED, 0, 0)


def test_sleeping_stop_can_be_canceled(desk, start):
    d = desk([100.0, 98.0])
    order = d.place("SELL", "STOP_LOSS", "1", stop="99")
    d.engine.cancel(d.account, "AAAUSDT", order_id=order.order_id, now_ms=start + 1_000)
    d.engine.advance(end_of(start, 2))
    assert (order.status, order.fills, d.free("AAA")) == (OrderStatus.CANCELED, [], 100)


def test_at_most_five_stops(desk):
    d = desk()
    for _ in range(5):
        d.place("SELL", "STOP_LOSS", "1", stop="99")
    with pytest.raises(FilterFailure, match="at most 5 open stop orders") as e:
        d.place("SELL", "STOP_LOSS", "1", stop="99")
    assert e.value.filter_name == "MAX_NUM_ALGO_ORDERS"
    assert d.place("SELL", "LIMIT", "1", "105").status is OrderStatus.NEW
