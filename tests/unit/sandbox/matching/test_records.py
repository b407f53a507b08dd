from __future__ import annotations

from decimal import Decimal

import pytest

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.errors import AurumError, ConfigurationError
from aurum_plugins.sandbox.market import UnknownSymbol
from aurum_plugins.sandbox.matching import (
    InvalidRequest,
    OrderRejected,
    OrderStatus,
    RejectedByVenue,
    UnknownOrder,
    UnknownOrderToCancel,
)

PAIRS = {"AAAUSDT": [100.0] * 9, "BBBUSDT": [50.0] * 9}


def test_accounts_are_found_by_key(desk):
    d = desk()
    assert d.engine.account("key") is d.account
    assert d.engine.account("nobody") is None


def test_the_secret_is_never_shown(desk):
    d = desk()
    account = d.engine.open_account("public", "hush-hush", {})
    assert "hush" not in f"{account!r} {account.secret!r} {account} {vars(account)}"
    assert account.secret.get_secret_value() == "hush-hush"


def test_a_key_opens_one_account(desk):
    d = desk()
    with pytest.raises(ConfigurationError, match=r"api_key: opens one account only"):
        d.engine.open_account("key", "other", {})


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity"])
def test_initial_balances_make_sense(desk, amount):
    with pytest.raises(ConfigurationError, match=rf"balances.USDT: .* \(got '{amount}'\)"):
        desk(funds={"USDT": Decimal(amount)})


def test_orders_are_found_by_either_id(desk, start):
    d = desk(PAIRS)
    order = d.place("BUY", "LIMIT", "1", "90", client_order_id="mine")

    def query(symbol="AAAUSDT", **ids):
        return d.engine.query(d.account, symbol, now_ms=start, **ids)

    assert query(order_id=1) is query(client_order_id="mine") is order
    assert query(order_id=1, client_order_id="mine") is order
    for symbol, ids in (
        ("AAAUSDT", {"order_id": 2}),
        ("AAAUSDT", {"client_order_id": "yours"}),
        ("AAAUSDT", {"order_id": 1, "client_order_id": "yours"}),
        ("BBBUSDT", {"order_id": 1}),
    ):
        with pytest.raises(UnknownOrder, match=f"{symbol}: order .* does not exist"):
            query(symbol, **ids)
    with pytest.raises(InvalidRequest, match="parameter orderId is missing"):
        query()
    with pytest.raises(UnknownSymbol):
        query("NOPE", order_id=1)


def test_a_reused_client_order_id_means_the_newest(desk, start):
    d = desk()
    d.place("BUY", "MARKET", "1", client_order_id="mine")
    newer = d.place("BUY", "MARKET", "1", client_order_id="mine")
    found = d.engine.query(d.account, "AAAUSDT", client_order_id="mine", now_ms=start)
    assert found is newer


def test_other_accounts_see_nothing(desk, start):
    d = desk()
    order = d.place("BUY", "LIMIT", "1", "90")
    other = d.engine.open_account("other", "secret", {})
    with pytest.raises(UnknownOrder):
        d.engine.query(other, "AAAUSDT", order_id=order.order_id, now_ms=start)
    with pytest.raises(UnknownOrderToCancel):
        d.engine.cancel(other, "AAAUSDT", order_id=order.order_id, now_ms=start)
    assert d.engine.open_orders(other, now_ms=start) == []


def test_only_open_orders_can_be_canceled(desk, start):
    d = desk(PAIRS)
    filled = d.place("BUY", "MARKET", "1")
    rests = d.place("BUY", "LIMIT", "1", "90", client_order_id="mine")
    for ids in ({"order_id": filled.order_id}, {"client_order_id": "yours"}):
        with pytest.raises(UnknownOrderToCancel, match="is not open, so it cannot be canceled"):
            d.engine.cancel(d.account, "AAAUSDT", now_ms=start, **ids)
    with pytest.raises(UnknownOrderToCancel):
        d.engine.cancel(d.account, "BBBUSDT", order_id=rests.order_id, now_ms=start)
    canceled = d.engine.cancel(d.account, "AAAUSDT", client_order_id="mine", now_ms=start + 5)
    assert (canceled, canceled.status) == (rests, OrderStatus.CANCELED)
    assert canceled.updated_ms == start + 5
    assert (
        d.free("USDT") + d.locked("USDT") == d.free("USDT") == Decimal(10_000) - Decimal("100.01")
    )
    with pytest.raises(UnknownOrderToCancel):
        d.engine.cancel(d.account, "AAAUSDT", order_id=rests.order_id, now_ms=start)


def test_cancel_all_spares_other_symbols(desk, start):
    d = desk(PAIRS)
    mine = [d.place("BUY", "LIMIT", "1", price) for price in ("90", "91")]
    mine.append(d.place("SELL", "STOP_LOSS", "1", stop="99"))
    spared = d.place("BUY", "LIMIT", "1", "40", symbol="BBBUSDT")
    assert d.engine.open_orders(d.account, now_ms=start) == [*mine, spared]
    assert d.engine.open_orders(d.account, "BBBUSDT", now_ms=start) == [spared]
    assert d.engine.cancel_all(d.account, "AAAUSDT", now_ms=start) == mine
    assert d.engine.cancel_all(d.account, "AAAUSDT", now_ms=start) == []
    assert d.engine.open_orders(d.account, now_ms=start) == [spared]
    assert (d.locked("USDT"), d.locked("AAA")) == (40, 0)


def test_all_orders_are_paged(desk, start):
    d = desk(PAIRS)
    for minute in range(5):
        now = start + minute * MINUTE_MS
        d.place("BUY", "MARKET", "0.1", now_ms=now)
        d.place("BUY", "MARKET", "0.1", now_ms=now, symbol="BBBUSDT")

    def ids(**bounds):
        found = d.engine.all_orders(d.account, "AAAUSDT", now_ms=start + 5 * MINUTE_MS, **bounds)
        return [order.order_id for order in found]

    assert ids() == [1, 3, 5, 7, 9]
    assert ids(limit=2) == [7, 9]
    assert ids(order_id=4, limit=2) == [5, 7]
    assert ids(start_ms=start + MINUTE_MS, limit=2) == [3, 5]
    assert ids(end_ms=start + 2 * MINUTE_MS, limit=2) == [3, 5]
    assert ids(start_ms=start + MINUTE_MS, end_ms=start + MINUTE_MS) == [3]


def test_fills_are_paged(desk, start):
    d = desk(PAIRS)
    first = d.place("BUY", "MARKET", "1.5")
    d.place("BUY", "MARKET", "0.1", symbol="BBBUSDT")
    last = d.place("SELL", "MARKET", "0.5", now_ms=start + MINUTE_MS)

    def ids(**bounds):
        found = d.engine.fills(d.account, "AAAUSDT", now_ms=start + MINUTE_MS, **bounds)
        return [fill.trade_id for fill in found]

    assert ids() == [1, 2, 4]
    assert ids(limit=1) == [4]
    assert ids(limit=0) == []
    assert ids(from_id=2, limit=1) == [2]
    assert ids(order_id=first.order_id) == [1, 2]
    assert ids(start_ms=start + 1) == ids(order_id=last.order_id) == [4]
    assert ids(end_ms=start) == [1, 2]
    assert first.fills[0].quote_quantity == Decimal("100.01")


def test_questions_let_time_pass_first(desk, start):
    d = desk([100.0, 98.0, 98.0])
    order = d.place("BUY", "LIMIT", "1", "99")
    later = start + 2 * MINUTE_MS
    assert d.engine.query(d.account, "AAAUSDT", order_id=1, now_ms=later) is order
    assert order.status is OrderStatus.FILLED
    with pytest.raises(UnknownOrderToCancel):
        d.engine.cancel(d.account, "AAAUSDT", order_id=1, now_ms=later)


def test_reconciliation_finds_what_is_unexplained(desk):
    d = desk()
    d.place("BUY", "LIMIT", "1", "90")
    assert d.engine.reconcile(d.account) == {}
    d.account.balances.deposit("AAA", Decimal(1))
    d.account.balances.release("USDT", Decimal(10))
    assert d.engine.reconcile(d.account) == {"AAA": Decimal(1), "USDT locked": Decimal(-10)}


def test_the_error_tree():
    assert issubclass(OrderRejected, AurumError)
    error = RejectedByVenue("AAAUSDT")
    assert isinstance(error, OrderRejected)
    assert str(error) == "AAAUSDT: the venue rejected the order"
