"""A lost answer never doubles an order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ccxt
import pytest
from order_exchange import OrderExchange

from aurum_plugins.clock import VirtualClock
from aurum_plugins.execution.idempotent_orders import LOOKUP_DELAYS, IdempotentOrders, guard
from aurum_plugins.execution.order_errors import OutcomeUnknown
from aurum_plugins.execution.order_fate import RECEIVE_WINDOW
from aurum_plugins.execution.order_record import OrderRecord

PAIR = "BTC/USDT"
LOST = ccxt.NetworkError("connection reset")
DARK = ccxt.RequestTimeout("no answer")


@pytest.fixture
def exchange() -> OrderExchange:
    return OrderExchange()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(start_ms=0)


@pytest.fixture
def orders(exchange: OrderExchange, clock: VirtualClock) -> IdempotentOrders:
    record = OrderRecord(None, "bot", clock)
    return IdempotentOrders(exchange, record, sleep=lambda s: clock.advance(round(s * 1_000)))


@pytest.fixture
def buy(orders: IdempotentOrders) -> Callable[..., dict[str, Any]]:
    def place(side: str = "buy", symbol: str = PAIR) -> dict[str, Any]:
        return orders.create_order(symbol, "limit", side, 1.0, 100.0, {})

    return place


def test_an_answered_order_is_passed_through(exchange, buy) -> None:
    assert buy()["id"] == "1"
    assert len(exchange.sent) == 1


def test_each_order_has_an_id_that_binance_accepts(exchange, buy) -> None:
    buy()
    buy()
    first, second = exchange.sent
    assert first != second
    assert len(first) <= 36
    assert first.replace("-", "").isalnum()


def test_a_given_client_order_id_is_kept(exchange, orders) -> None:
    orders.create_order(PAIR, "limit", "buy", 1.0, 100.0, {"clientOrderId": "mine"})
    assert exchange.sent == ["mine"]


@pytest.mark.parametrize(
    "lost",
    [
        LOST,
        DARK,
        ccxt.ExchangeNotAvailable("502"),
        ccxt.BadResponse("torn"),
        ccxt.OperationFailed("-1000, sent with status 500 or 503"),
        ccxt.ExchangeError("524"),
        TypeError("parse"),
    ],
)
def test_an_order_that_was_taken_before_the_answer_was_lost_is_found(exchange, buy, lost) -> None:
    exchange.failures = [("after", lost)]
    assert buy()["id"] == "1"
    assert len(exchange.sent) == 1


def test_it_is_found_even_if_the_first_look_ups_fail(exchange, buy) -> None:
    exchange.failures = [("after", LOST)]
    exchange.lookups = [DARK, DARK]
    assert buy()["id"] == "1"


def test_an_order_that_was_not_taken_raises_the_original_error(exchange, buy) -> None:
    exchange.failures = [("before", LOST)]
    with pytest.raises(ccxt.NetworkError, match="connection reset"):
        buy()
    assert exchange.book == {}


def test_the_next_order_after_one_that_was_not_taken_is_sent(exchange, buy) -> None:
    exchange.failures = [("before", LOST)]
    with pytest.raises(ccxt.NetworkError):
        buy()
    assert buy()["id"] == "2"
    assert len(exchange.book) == 1


@pytest.mark.parametrize(
    "refused",
    [
        ccxt.InsufficientFunds("-2010"),
        ccxt.InvalidOrder("-1013"),
        ccxt.AuthenticationError("-2015"),
        ccxt.RateLimitExceeded("429"),
        ccxt.DDoSProtection("418"),
        ccxt.InvalidNonce("-1021"),
    ],
)
def test_a_refusal_is_no_unknown_outcome(exchange, buy, clock, refused) -> None:
    exchange.failures = [("before", refused)]
    with pytest.raises(type(refused)):
        buy()
    assert clock.now_ms() == 0


def test_while_the_venue_is_dark_no_second_order_is_sent(exchange, buy) -> None:
    exchange.failures = [("after", LOST)]
    exchange.lookups = [DARK] * (len(LOOKUP_DELAYS) + 1)
    with pytest.raises(ccxt.NetworkError):
        buy()
    with pytest.raises(OutcomeUnknown, match=r"aurum-.*BTC/USDT is unknown") as caught:
        buy()
    assert caught.value.client_order_id == exchange.sent[0]
    assert caught.value.symbol == PAIR
    assert len(exchange.sent) == 1


def test_when_the_venue_is_back_the_earlier_order_stands_for_the_new_one(exchange, buy) -> None:
    exchange.failures = [("after", LOST)]
    exchange.lookups = [DARK] * len(LOOKUP_DELAYS)
    with pytest.raises(ccxt.NetworkError):
        buy()
    assert buy()["id"] == "1"
    assert len(exchange.sent) == 1
    assert buy()["id"] == "2"


def test_an_earlier_order_that_ended_unfilled_does_not_stand_for_the_new_one(exchange, buy) -> None:
    exchange.failures = [("after", LOST)]
    exchange.lookups = [DARK] * len(LOOKUP_DELAYS)
    with pytest.raises(ccxt.NetworkError):
        buy()
    exchange.book[exchange.sent[0]]["status"] = "canceled"
    assert buy()["id"] == "2"


def test_it_waits_until_the_exchange_would_refuse_the_earlier_order_as_too_old(
    exchange, buy, clock
) -> None:
    exchange.failures = [("before", LOST)]
    with pytest.raises(ccxt.NetworkError):
        buy()
    buy()
    assert clock.now_ms() == RECEIVE_WINDOW * 1_000


def test_an_unsettled_entry_does_not_hold_up_exits_or_other_pairs(exchange, buy) -> None:
    exchange.failures = [("after", LOST)]
    exchange.lookups = [DARK] * len(LOOKUP_DELAYS)
    with pytest.raises(ccxt.NetworkError):
        buy()
    assert buy(side="sell")["side"] == "sell"
    assert buy(symbol="ETH/USDT")["symbol"] == "ETH/USDT"


def test_an_order_that_the_bot_was_told_of_does_not_stand_for_another(
    exchange, orders, buy, clock
) -> None:
    exchange.failures = [("after", LOST)]
    exchange.lookups = [DARK] * len(LOOKUP_DELAYS)
    with pytest.raises(ccxt.NetworkError):
        buy()
    waited = clock.now_ms()
    assert [order["id"] for order in orders.fetch_orders(PAIR, since=0)] == ["1"]
    assert buy()["id"] == "2"
    assert clock.now_ms() == waited


def test_being_told_of_other_orders_settles_nothing(exchange, orders, buy) -> None:
    buy()
    exchange.failures = [("before", LOST)]
    with pytest.raises(ccxt.NetworkError):
        buy()
    orders.fetch_orders(PAIR)
    exchange.lookups = [DARK]
    with pytest.raises(OutcomeUnknown):
        buy()


def test_guard_replaces_create_order_where_the_look_up_is_known(exchange) -> None:
    assert guard(exchange) is exchange.create_order.__self__
    assert isinstance(exchange.create_order.__self__, IdempotentOrders)
    assert exchange.fetch_orders.__self__ is exchange.create_order.__self__
    assert exchange.create_order(PAIR, "limit", "buy", 1.0, 100.0)["id"] == "1"


def test_guard_leaves_other_exchanges_alone_and_says_so(exchange, caplog) -> None:
    exchange.id = "unheardof"
    assert guard(exchange) is None
    assert "unheardof" in caplog.text
    assert exchange.create_order.__self__ is exchange
