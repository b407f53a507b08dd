from __future__ import annotations

from decimal import Decimal
from typing import Any

Desk = Any


def balances(answer: Any) -> dict[str, tuple[Decimal, Decimal]]:
    return {
        row["asset"]: (Decimal(row["free"]), Decimal(row["locked"]))
        for row in answer.json["balances"]
    }


def test_account(desk: Desk) -> None:
    answer = desk.signed("GET", "account")
    assert balances(answer) == {
        "AAA": (50, 0),
        "BBB": (0, 0),
        "BNB": (0, 0),
        "USDT": (10_000, 0),
    }
    shown = answer.json
    assert (shown["makerCommission"], shown["commissionRates"]["taker"]) == (10, "0.00100000")
    assert (shown["accountType"], shown["canTrade"], shown["updateTime"]) == ("SPOT", True, 0)
    assert "secret" not in answer.raw.decode()


def test_funds_of_open_orders_are_locked(desk: Desk) -> None:
    desk.limit("50", "2")
    answer = desk.signed("GET", "account", omitZeroBalances="true")
    assert balances(answer) == {"AAA": (50, 0), "USDT": (9_900, 100)}
    assert answer.json["updateTime"] == desk.now


def test_my_trades(desk: Desk) -> None:
    orders = [desk.order(quantity="1").json, desk.order(quantity="1", side="SELL").json]
    desk.clock.advance(1_000)
    orders.append(desk.order(quantity="2").json)
    fills = desk.signed("GET", "myTrades", symbol="AAAUSDT").json
    assert [f["id"] for f in fills] == [f["tradeId"] for o in orders for f in o["fills"]]
    assert set(fills[0]) == {
        *("symbol", "id", "orderId", "orderListId", "price", "qty", "quoteQty", "commission"),
        *("commissionAsset", "time", "isBuyer", "isMaker", "isBestMatch"),
    }
    assert not any(fill["isMaker"] for fill in fills)
    sold = desk.signed("GET", "myTrades", symbol="AAAUSDT", orderId=orders[1]["orderId"]).json
    assert [fill["isBuyer"] for fill in sold] == [False] * len(sold)
    last = orders[2]["fills"]
    since = desk.signed("GET", "myTrades", symbol="AAAUSDT", fromId=last[0]["tradeId"]).json
    assert since == desk.signed("GET", "myTrades", symbol="AAAUSDT", startTime=desk.now).json
    assert len(since) == len(last)
    assert desk.signed("GET", "myTrades", symbol="BBBUSDT").json == []
    assert desk.signed("GET", "myTrades", symbol="AAAUSDT", limit=1).json == fills[-1:]
    both = desk.signed("GET", "myTrades", symbol="AAAUSDT", fromId=1, endTime=2)
    assert both.error[1] == -1128


def test_all_orders(desk: Desk) -> None:
    ids = [desk.order(quantity="1").json["orderId"] for _ in range(3)]
    found = desk.signed("GET", "allOrders", symbol="AAAUSDT", orderId=ids[1]).json
    assert [order["orderId"] for order in found] == ids[1:]


def test_commission(desk: Desk) -> None:
    answer = desk.signed("GET", "account/commission", symbol="AAAUSDT").json
    assert answer["standardCommission"]["maker"] == "0.00100000"
    assert answer["discount"]["enabledForAccount"] is False


def test_order_rate_limit(desk: Desk) -> None:
    desk.order(quantity="1")
    rows = desk.signed("GET", "rateLimit/order").json
    assert [(row["interval"], row["limit"], row["count"]) for row in rows] == [
        ("SECOND", 100, 1),
        ("DAY", 200_000, 1),
    ]
    desk.limits.orders_per_10s = None
    assert [row["interval"] for row in desk.signed("GET", "rateLimit/order").json] == ["DAY"]
