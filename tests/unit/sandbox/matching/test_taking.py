from __future__ import annotations

from decimal import Decimal

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sandbox.market import UnknownSymbol
from aurum_plugins.sandbox.matching import (
    DuplicateClientOrderId,
    FilterFailure,
    InsufficientBalance,
    MarketClosed,
    OrderStatus,
    TimeInForce,
    WouldMatchImmediately,
)

# The book at 100: asks 1.0 @ 100.01, 2.0 @ 100.02, 3.0 @ 100.03, 4.0 @ 100.04; bids mirror it.


def prices(order):
    return [(fill.price, fill.quantity) for fill in order.fills]


def test_market_purchase_walks_the_asks(desk):
    d = desk()
    order = d.place("BUY", "MARKET", "1.5")
    assert order.status is OrderStatus.FILLED
    assert prices(order) == [
        (Decimal("100.01"), Decimal("1.0")),
        (Decimal("100.02"), Decimal("0.5")),
    ]
    assert order.cumulative_quote == Decimal("150.02")
    assert order.average_price == Decimal("150.02") / Decimal("1.5")
    assert d.free("USDT") == Decimal(10_000) - Decimal("150.02")
    assert d.free("AAA") == Decimal(100) + Decimal("1.5") * Decimal("0.999")
    assert not any(fill.is_maker for fill in order.fills)
    assert d.is_exact()


def test_market_sale_walks_the_bids(desk):
    d = desk()
    order = d.place("SELL", "MARKET", "3.5")
    assert prices(order) == [
        (Decimal("99.99"), Decimal("1.0")),
        (Decimal("99.98"), Decimal("2.0")),
        (Decimal("99.97"), Decimal("0.5")),
    ]
    gross = Decimal("99.99") + 2 * Decimal("99.98") + Decimal("99.97") / 2
    assert d.free("USDT") - 10_000 == gross - sum(fill.commission for fill in order.fills)
    assert {fill.commission_asset for fill in order.fills} == {"USDT"}
    assert d.free("AAA") == Decimal("96.5")


def test_market_order_beyond_the_book_expires_with_what_it_got(desk):
    order = desk().place("BUY", "MARKET", "25")
    assert order.status is OrderStatus.EXPIRED
    assert order.executed == Decimal(10)
    assert order.remaining == Decimal(15)


def test_market_order_on_an_empty_book_expires_unfilled(desk):
    d = desk()
    d.place("BUY", "MARKET", "10")
    order = d.place("BUY", "MARKET", "1")
    assert (order.status, order.executed, order.average_price) == (OrderStatus.EXPIRED, 0, None)
    by_quote = d.place("BUY", "MARKET", quote="50")
    assert (by_quote.status, by_quote.executed) == (OrderStatus.EXPIRED, 0)
    assert d.is_exact()


def test_what_was_taken_is_gone_for_everybody_in_that_second_only(desk, start):
    d = desk()
    other = d.engine.open_account("other", "secret", {"USDT": Decimal(1_000)})
    assert d.place("BUY", "MARKET", "1.5").average_price < Decimal("100.02")
    after = d.place("BUY", "MARKET", "2", account=other, now_ms=start + 999)
    assert prices(after) == [
        (Decimal("100.02"), Decimal("1.5")),
        (Decimal("100.03"), Decimal("0.5")),
    ]
    fresh = d.place("BUY", "MARKET", "1", now_ms=start + 1_000)
    assert prices(fresh) == [(Decimal("100.01"), Decimal("1.0"))]
    assert prices(d.place("SELL", "MARKET", "1", now_ms=start + 1_000)) == [
        (Decimal("99.99"), Decimal(1))
    ]


def test_quote_quantity_buys_whole_lots_within_the_budget(desk):
    d = desk()
    order = d.place("BUY", "MARKET", quote="175")
    # 100.01 for the first, 74.99 left: seven lots of 0.1 at 100.02 are 70.014.
    assert order.quantity == order.executed == Decimal("1.7")
    assert order.cumulative_quote == Decimal("100.01") + Decimal("70.014")
    assert order.status is OrderStatus.FILLED
    assert order.quote_quantity == Decimal(175)


def test_quote_quantity_sells_for_at_most_that_much(desk):
    order = desk().place("SELL", "MARKET", quote="100")
    assert order.executed == Decimal(1)
    assert order.cumulative_quote == Decimal("99.99")
    assert order.status is OrderStatus.FILLED


def test_quote_quantity_beyond_the_book_expires(desk):
    order = desk().place("BUY", "MARKET", quote="2000")
    assert order.executed == Decimal(10)
    assert order.status is OrderStatus.EXPIRED


def test_quote_quantity_below_one_lot_is_refused(desk):
    with pytest.raises(
        FilterFailure, match=r"quoteOrderQty must be worth a lot of 0\.1, got 9"
    ) as e:
        desk().place("BUY", "MARKET", quote="9")
    assert e.value.filter_name == "LOT_SIZE"


@pytest.mark.parametrize(
    ("side", "quantity", "quote", "asset"),
    [
        ("BUY", "2", None, "USDT"),
        ("BUY", None, "101", "USDT"),
        ("SELL", "2", None, "AAA"),
        ("SELL", None, "150", "AAA"),
    ],
)
def test_market_order_needs_free_funds(desk, side, quantity, quote, asset):
    d = desk(funds={"USDT": Decimal(100), "AAA": Decimal(1)})
    with pytest.raises(InsufficientBalance) as e:
        d.place(side, "MARKET", quantity, quote=quote)
    assert e.value.asset == asset
    assert e.value.needed > e.value.available
    assert d.account.orders == {}
    assert d.is_exact()


def test_limit_takes_up_to_its_price_and_rests(desk):
    d = desk()
    order = d.place("BUY", "LIMIT", "5", "100.02")
    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert order.executed == Decimal(3)
    assert order.is_working
    assert d.locked("USDT") == Decimal(2) * Decimal("100.02")
    # The better price of the first lots was given back.
    assert d.free("USDT") == 10_000 - Decimal("100.01") - 4 * Decimal("100.02")
    assert d.is_exact()


def test_limit_away_from_the_book_rests_whole_and_locks_base(desk):
    d = desk()
    order = d.place("SELL", "LIMIT", "5", "105")
    assert (order.status, order.executed) == (OrderStatus.NEW, 0)
    assert (d.free("AAA"), d.locked("AAA")) == (95, 5)


def test_limit_needs_its_own_price_in_full(desk):
    d = desk(funds={"USDT": Decimal(101)})
    with pytest.raises(InsufficientBalance, match=r"101\.1 USDT needed, 101 available"):
        d.place("BUY", "LIMIT", "1", "101.1")
    assert d.account.orders == {}
    # The refused order has not used up an id.
    assert d.place("BUY", "LIMIT", "1", "101").order_id == 1


def test_ioc_expires_what_is_left(desk):
    d = desk()
    order = d.place("BUY", "LIMIT", "5", "100.02", time_in_force=TimeInForce.IOC)
    assert (order.status, order.executed) == (OrderStatus.EXPIRED, 3)
    assert d.locked("USDT") == 0
    assert d.is_exact()


def test_fok_is_all_or_nothing(desk):
    d = desk()
    order = d.place("BUY", "LIMIT", "5", "100.02", time_in_force=TimeInForce.FOK)
    assert (order.status, order.fills) == (OrderStatus.EXPIRED, [])
    assert d.free("USDT") == 10_000
    order = d.place("BUY", "LIMIT", "3", "100.02", time_in_force=TimeInForce.FOK)
    assert (order.status, order.executed) == (OrderStatus.FILLED, 3)
    starved = d.place("SELL", "LIMIT", "1", "99", time_in_force=TimeInForce.FOK, liquidity=0.5)
    assert (starved.status, starved.fills) == (OrderStatus.EXPIRED, [])


@pytest.mark.parametrize(("side", "price"), [("BUY", "100.01"), ("SELL", "99.99")])
def test_maker_order_never_takes(desk, side, price):
    d = desk()
    with pytest.raises(WouldMatchImmediately, match=f"would match the {price} at once") as e:
        d.place(side, "LIMIT_MAKER", "1", price)
    assert e.value.touch == Decimal(price)
    order = d.place(side, "LIMIT_MAKER", "1", "100")
    assert (order.status, order.executed) == (OrderStatus.NEW, 0)


@pytest.mark.parametrize("tif", list(TimeInForce))
def test_maker_order_always_rests(desk, tif):
    assert desk().place("BUY", "LIMIT_MAKER", "1", "100", time_in_force=tif).is_open


def test_maker_order_meets_an_emptied_book(desk):
    d = desk()
    d.place("BUY", "MARKET", "10")
    assert d.place("BUY", "LIMIT_MAKER", "1", "100.04").status is OrderStatus.NEW


def test_thin_liquidity_fills_a_limit_in_part_and_lets_it_rest(desk):
    d = desk()
    order = d.place("BUY", "LIMIT", "1", "100.01", liquidity=0.35)
    assert (order.status, order.executed) == (OrderStatus.PARTIALLY_FILLED, Decimal("0.3"))
    assert d.locked("USDT") == Decimal("0.7") * Decimal("100.01")


def test_thin_liquidity_expires_the_rest_of_a_market_order(desk):
    d = desk()
    order = d.place("SELL", "MARKET", "3", liquidity=0.5)
    assert (order.status, order.executed) == (OrderStatus.EXPIRED, Decimal("1.5"))
    by_quote = d.place("BUY", "MARKET", quote="101", liquidity=0.5)
    assert (by_quote.status, by_quote.executed) == (OrderStatus.EXPIRED, Decimal("0.5"))
    assert d.is_exact()


def test_thin_liquidity_still_gives_one_lot(desk):
    assert desk().place("BUY", "MARKET", "0.5", liquidity=0.01).executed == Decimal("0.1")


@pytest.mark.parametrize("liquidity", [0.0, -1.0, 1.5])
def test_liquidity_out_of_range(desk, liquidity):
    with pytest.raises(ConfigurationError, match="liquidity: must be above 0, at most 1"):
        desk().place("BUY", "MARKET", "1", liquidity=liquidity)


def test_client_order_id_is_unique_among_open_orders(desk):
    d = desk()
    first = d.place("BUY", "LIMIT", "1", "90", client_order_id="mine")
    with pytest.raises(DuplicateClientOrderId, match="'mine' belongs to an open order"):
        d.place("BUY", "MARKET", "1", client_order_id="mine")
    other = d.engine.open_account("other", "secret", {"USDT": Decimal(1_000)})
    assert d.place("BUY", "MARKET", "1", client_order_id="mine", account=other).executed == 1
    d.engine.cancel(d.account, "AAAUSDT", order_id=first.order_id, now_ms=first.created_ms)
    assert d.place("BUY", "MARKET", "1", client_order_id="mine").order_id > first.order_id


def test_made_up_client_order_ids_depend_on_the_seed_alone(desk):
    names = [desk(seed=seed).place("BUY", "MARKET", "1").client_order_id for seed in (1, 1, 2)]
    assert names[0] == names[1] != names[2]
    assert names[0].startswith("x-")


def test_closed_market_and_unknown_symbol(desk, start):
    d = desk([100.0])
    with pytest.raises(MarketClosed, match="AAAUSDT: the market is closed"):
        d.place("BUY", "MARKET", "1", now_ms=start + 60_000)
    with pytest.raises(UnknownSymbol):
        d.place("BUY", "MARKET", "1", symbol="NOPEUSDT")


def test_the_clock_may_step_back_but_time_does_not(desk, start):
    d = desk()
    d.engine.advance(start + 30_000)
    order = d.place("BUY", "MARKET", "1", now_ms=start)
    assert order.created_ms == start + 30_000
    resting = d.place("BUY", "LIMIT", "1", "90", now_ms=start)
    d.engine.cancel(d.account, "AAAUSDT", order_id=resting.order_id, now_ms=start)
    assert resting.updated_ms == start + 30_000


def test_test_validates_and_places_nothing(desk, request_of, start):
    d = desk()
    d.engine.test(d.account, request_of("BUY", "MARKET", "1"), now_ms=start)
    with pytest.raises(FilterFailure, match="NOTIONAL"):
        d.engine.test(d.account, request_of("BUY", "LIMIT", "0.1", "30"), now_ms=start)
    assert d.account.orders == {}
    assert d.free("USDT") == 10_000
