from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from aurum_plugins.clock import DAY_MS, HOUR_MS
from aurum_plugins.sandbox.faults.active import ActiveFaults

Desk = Any
ACK = {"symbol", "orderId", "orderListId", "clientOrderId", "transactTime"}
RESULT = ACK | {
    *("price", "origQty", "executedQty", "origQuoteOrderQty", "cummulativeQuoteQty", "status"),
    *("timeInForce", "type", "side", "workingTime", "selfTradePreventionMode"),
}
QUERY = (RESULT - {"transactTime"}) | {
    *("stopPrice", "icebergQty", "time", "updateTime", "isWorking"),
}
CANCEL = (RESULT - {"workingTime"}) | {"origClientOrderId"}


def test_market_order_tells_its_fills(desk: Desk) -> None:
    answer = desk.order(quantity="2").json
    assert set(answer) == RESULT | {"fills"}
    assert (answer["status"], answer["executedQty"]) == ("FILLED", "2.00000000")
    assert answer["price"] == "0.00000000"
    assert answer["transactTime"] == answer["workingTime"] == desk.now
    spent = sum(Decimal(f["price"]) * Decimal(f["qty"]) for f in answer["fills"])
    assert Decimal(answer["cummulativeQuoteQty"]) == spent
    assert sum(Decimal(f["qty"]) for f in answer["fills"]) == 2
    for fill in answer["fills"]:
        assert fill["commissionAsset"] == "AAA"
        assert Decimal(fill["commission"]) == Decimal(fill["qty"]) * Decimal("0.001")


def test_market_order_by_quote_quantity(desk: Desk) -> None:
    answer = desk.order(quoteOrderQty="100").json
    assert answer["origQuoteOrderQty"] == "100.00000000"
    assert answer["origQty"] == answer["executedQty"]
    assert 99 < Decimal(answer["cummulativeQuoteQty"]) <= 100


@pytest.mark.parametrize(
    ("response", "fields"), [("ACK", ACK), ("RESULT", RESULT), ("FULL", RESULT | {"fills"})]
)
def test_response_types(desk: Desk, response: str, fields: set[str]) -> None:
    assert set(desk.order(quantity="1", newOrderRespType=response).json) == fields


def test_stop_orders_are_only_acknowledged(desk: Desk) -> None:
    below = f"{desk.last() * 0.9:.2f}"
    answer = desk.order(side="SELL", type="STOP_LOSS", quantity="1", stopPrice=below)
    assert set(answer.json) == ACK
    order = desk.signed("GET", "order", symbol="AAAUSDT", orderId=answer.json["orderId"]).json
    assert set(order) == QUERY
    assert Decimal(order["stopPrice"]) == Decimal(below)
    assert (order["isWorking"], order["workingTime"], order["status"]) == (False, -1, "NEW")


def test_life_of_a_limit_order(desk: Desk) -> None:
    price = f"{desk.last() * 0.5:.2f}"
    placed = desk.limit(price, newClientOrderId="mine").json
    assert (placed["status"], placed["fills"]) == ("NEW", [])
    assert (placed["clientOrderId"], placed["timeInForce"]) == ("mine", "GTC")

    by_name = desk.signed("GET", "order", symbol="AAAUSDT", origClientOrderId="mine").json
    by_id = desk.signed("GET", "order", symbol="AAAUSDT", orderId=placed["orderId"]).json
    assert by_name == by_id
    assert set(by_id) == QUERY
    assert by_id["time"] == by_id["updateTime"] == desk.now
    assert desk.signed("GET", "openOrders", symbol="AAAUSDT").json == [by_id]
    assert desk.signed("GET", "openOrders").json == [by_id]
    assert desk.signed("GET", "openOrders", symbol="BBBUSDT").json == []

    desk.clock.advance(1_000)
    gone = desk.signed("DELETE", "order", symbol="AAAUSDT", origClientOrderId="mine").json
    assert set(gone) == CANCEL
    assert (gone["status"], gone["origClientOrderId"]) == ("CANCELED", "mine")
    assert gone["clientOrderId"] != "mine"
    assert gone["transactTime"] == desk.now
    assert desk.signed("GET", "openOrders").json == []
    assert [o["status"] for o in desk.signed("GET", "allOrders", symbol="AAAUSDT").json] == [
        "CANCELED"
    ]


def test_cancellation_may_be_named(desk: Desk) -> None:
    order = desk.limit("50").json
    asked = {"symbol": "AAAUSDT", "orderId": order["orderId"], "newClientOrderId": "bye"}
    assert desk.signed("DELETE", "order", **asked).json["clientOrderId"] == "bye"


def test_cancel_restrictions(desk: Desk) -> None:
    order = desk.limit("50").json
    asked = {"symbol": "AAAUSDT", "orderId": order["orderId"]}
    reply = desk.signed("DELETE", "order", **asked, cancelRestrictions="ONLY_PARTIALLY_FILLED")
    assert reply.error == (400, -2011, "Order was not canceled due to cancel restrictions.")
    reply = desk.signed("DELETE", "order", **asked, cancelRestrictions="SOMETIMES")
    assert reply.error == (400, -1145, "Invalid cancelRestrictions")
    assert desk.signed("DELETE", "order", **asked, cancelRestrictions="ONLY_NEW").status == 200


def test_cancel_all(desk: Desk) -> None:
    orders = [desk.limit("50").json["orderId"], desk.limit("51").json["orderId"]]
    gone = desk.signed("DELETE", "openOrders", symbol="AAAUSDT").json
    assert [row["orderId"] for row in gone] == orders
    assert {row["status"] for row in gone} == {"CANCELED"}
    again = desk.signed("DELETE", "openOrders", symbol="AAAUSDT")
    assert again.error == (400, -2011, "Unknown order sent.")


def test_resting_order_fills_while_time_passes(desk: Desk) -> None:
    bid = desk.get("ticker/bookTicker", symbol="AAAUSDT").json["bidPrice"]
    order = desk.limit(bid, "0.5").json
    desk.clock.advance(HOUR_MS)
    done = desk.signed("GET", "order", symbol="AAAUSDT", orderId=order["orderId"]).json
    assert done["status"] == "FILLED"
    assert done["updateTime"] > done["time"]
    fills = desk.signed("GET", "myTrades", symbol="AAAUSDT").json
    assert all(f["isMaker"] and f["isBuyer"] and f["price"] == bid for f in fills)


def test_partial_fill_fault(desk: Desk) -> None:
    ask = desk.get("ticker/bookTicker", symbol="AAAUSDT").json["askPrice"]
    desk.faults = ActiveFaults(liquidity=0.01)
    partial = desk.limit(f"{float(ask) * 1.01:.2f}", "40").json
    assert partial["status"] == "PARTIALLY_FILLED"
    expired = desk.order(quantity="40", side="SELL").json
    assert expired["status"] == "EXPIRED"
    assert 0 < Decimal(expired["executedQty"]) < 40
    desk.signed("DELETE", "openOrders", symbol="AAAUSDT")


def test_rejection_fault_changes_nothing(desk: Desk) -> None:
    desk.faults = ActiveFaults(reject=True)
    assert desk.order(quantity="1").error == (400, -2010, "Order rejected.")
    assert desk.order(quantity="0.01").error == (400, -1013, "Filter failure: NOTIONAL")
    assert desk.account.orders == {}
    assert desk.limits.order_counts("the-api-key") == (0, 0)


def test_orders_are_counted_and_limited(desk: Desk) -> None:
    desk.limits.orders_per_10s = 2
    assert desk.order(quantity="1").headers["X-MBX-ORDER-COUNT-10S"] == "1"
    assert desk.order(quantity="999999").status == 400
    reply = desk.order(quantity="1")
    assert reply.headers["X-MBX-ORDER-COUNT-10S"] == reply.headers["X-MBX-ORDER-COUNT-1D"] == "2"
    reply = desk.order(quantity="1")
    assert reply.error == (
        429,
        -1015,
        "Too many new orders; current limit is 2 orders per 10 SECOND.",
    )
    assert "Retry-After" not in reply.headers


def test_order_test_places_nothing(desk: Desk) -> None:
    sent = {"symbol": "AAAUSDT", "side": "BUY", "type": "MARKET", "quantity": "1"}
    assert desk.signed("POST", "order/test", **sent).json == {}
    assert desk.signed("POST", "order/test", **sent, computeCommissionRates="true").json == {
        "standardCommissionForOrder": {"maker": "0.00100000", "taker": "0.00100000"}
    }
    assert desk.signed("POST", "order/test", **{**sent, "quantity": "0.01"}).error[1] == -1013
    assert desk.account.orders == {}


def test_cancel_replace_is_not_offered(desk: Desk) -> None:
    assert desk.signed("POST", "order/cancelReplace").error == (
        400,
        -2010,
        "Order cancel-replace is not supported for this symbol.",
    )


MANDATORY = "Mandatory parameter '{}' was not sent, was empty/null, or malformed."
NAME = "^[a-zA-Z0-9-_.:/]{1,36}$"
LIMIT = {"type": "LIMIT", "timeInForce": "GTC", "price": "50", "quantity": "1"}


@pytest.mark.parametrize(
    ("sent", "code", "message"),
    [
        ({"symbol": "NOPE"}, -1121, "Invalid symbol."),
        ({"side": "HOLD"}, -1117, "Invalid side."),
        ({"type": "GUESS"}, -1116, "Invalid orderType."),
        ({"side": ""}, -1102, MANDATORY.format("side")),
        (
            {},
            -1102,
            "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!",
        ),
        ({"quantity": "1", "price": "5"}, -1106, "Parameter 'price' sent when not required."),
        (
            {"quantity": "1", "timeInForce": "GTC"},
            -1106,
            "Parameter 'timeInForce' sent when not required.",
        ),
        ({**LIMIT, "timeInForce": "GTX"}, -1115, "Invalid timeInForce."),
        ({**LIMIT, "timeInForce": ""}, -1102, MANDATORY.format("timeInForce")),
        ({"type": "LIMIT_MAKER", "quantity": "1"}, -1102, MANDATORY.format("price")),
        ({**LIMIT, "stopPrice": "1"}, -1106, "Parameter 'stopPrice' sent when not required."),
        ({**LIMIT, "price": "0"}, -1013, "Invalid price."),
        ({**LIMIT, "price": "50.001"}, -1013, "Filter failure: PRICE_FILTER"),
        ({**LIMIT, "price": "1"}, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        ({**LIMIT, "quantity": "1.0001"}, -1013, "Filter failure: LOT_SIZE"),
        ({**LIMIT, "quantity": "0.01"}, -1013, "Filter failure: NOTIONAL"),
        ({**LIMIT, "price": "50.123456789"}, -1111, "Parameter 'price' has too much precision."),
        (
            {**LIMIT, "quantity": "1000"},
            -2010,
            "Account has insufficient balance for requested action.",
        ),
        (
            {"type": "LIMIT_MAKER", "quantity": "1", "price": "150"},
            -2010,
            "Order would immediately match and take.",
        ),
        (
            {"type": "STOP_LOSS", "quantity": "1", "stopPrice": "50"},
            -2010,
            "Stop price would trigger immediately.",
        ),
        (
            {**LIMIT, "icebergQty": "1"},
            -2010,
            "Iceberg orders are not supported for this symbol.",
        ),
        (
            {"type": "STOP_LOSS", "quantity": "1", "trailingDelta": "10"},
            -2010,
            "Trailing stop orders are not supported for this symbol.",
        ),
        ({"quantity": "1", "newOrderRespType": "ALL"}, -1136, "Invalid newOrderRespType."),
        (
            {"quantity": "1", "selfTradePreventionMode": "HOPE"},
            -1130,
            "Invalid selfTradePreventionMode.",
        ),
        (
            {"quantity": "1", "strategyType": "5"},
            -1134,
            "strategyType was less than 1000000.",
        ),
        (
            {"quantity": "1", "newClientOrderId": "a b"},
            -1100,
            f"Illegal characters found in parameter 'newClientOrderId'; legal range is '{NAME}'.",
        ),
    ],
)
def test_refusals(desk: Desk, sent: dict[str, object], code: int, message: str) -> None:
    assert desk.order(**sent).error == (400, code, message)
    assert desk.account.orders == {}


def test_labels_are_accepted(desk: Desk) -> None:
    labels = {"strategyId": 1, "strategyType": 1_000_000, "selfTradePreventionMode": "NONE"}
    assert desk.order(quantity="1", **labels).status == 200


def test_client_order_id_is_unique_among_open_orders(desk: Desk) -> None:
    assert desk.limit("50", newClientOrderId="mine").status == 200
    assert desk.limit("50", newClientOrderId="mine").error == (400, -2010, "Duplicate order sent.")
    desk.signed("DELETE", "openOrders", symbol="AAAUSDT")
    assert desk.order(quantity="1", newClientOrderId="mine").status == 200


def test_unknown_orders(desk: Desk) -> None:
    unknown = {"symbol": "AAAUSDT", "orderId": 99}
    assert desk.signed("GET", "order", **unknown).error == (400, -2013, "Order does not exist.")
    assert desk.signed("DELETE", "order", **unknown).error == (400, -2011, "Unknown order sent.")
    for method in ("GET", "DELETE"):
        assert desk.signed(method, "order", symbol="AAAUSDT").error == (
            400,
            -1102,
            "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
        )
    assert desk.signed("GET", "allOrders", symbol="NOPE").error[1] == -1121


def test_market_is_closed_when_the_tape_ends(desk: Desk) -> None:
    desk.clock.advance(3 * DAY_MS)
    assert desk.order(quantity="1").error == (400, -2010, "Market is closed.")
