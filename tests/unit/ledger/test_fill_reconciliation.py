"""Orders against fills that agree, and that differ in each of the figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from aurum_plugins.ledger.booked_order import BookedOrder
from aurum_plugins.ledger.difference import Difference
from aurum_plugins.ledger.fill import Fill
from aurum_plugins.ledger.fill_reconciliation import Steps, reconcile_fills

PAIR = "BTC/USDT"
STEPS = {PAIR: Steps(Decimal("0.00001"), Decimal("0.01"))}


def order(**changes: Any) -> BookedOrder:
    fields: dict[str, Any] = {
        "trade_id": 7,
        "order_id": "11",
        "pair": PAIR,
        "side": "buy",
        "at_ms": 0,
        "is_open": False,
        "filled": Decimal("0.003"),
        "price": Decimal(60000),
        "fee_currency": "BTC",
        "fee": Decimal("0.000003"),
        "reckoned_fee": Decimal("0.18"),
    }
    return BookedOrder(**{**fields, **changes})


def fill(number: int, amount: str = "0.001", price: str = "60000", **fees: str) -> Fill:
    taken = {name: Decimal(fee) for name, fee in (fees or {"BTC": "0.000001"}).items()}
    exactly = Decimal(amount)
    cost = exactly * Decimal(price)
    return Fill(str(number), "11", PAIR, "buy", number, exactly, cost, taken)


THREE = [fill(1, price="59990"), fill(2), fill(3, price="60010")]


def differences(booked: BookedOrder, fills: list[Fill]) -> list[tuple[str, str, str]]:
    found = reconcile_fills([booked], fills, STEPS).differences
    return [(one.what, one.booked, one.found) for one in found]


def test_fills_of_an_order_are_added_up_and_averaged() -> None:
    found = reconcile_fills([order()], THREE, STEPS)
    assert found.differences == ()
    assert found.notes == ()
    assert (found.compared, found.fills) == (1, 3)
    assert found.taken == {"BTC": Decimal("0.000003")}
    assert found.reckoned == {"USDT": Decimal("0.18")}


def test_a_fill_that_is_told_twice_counts_once() -> None:
    assert differences(order(), [*THREE, THREE[0]]) == []


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"filled": Decimal("0.00301")}, None),
        ({"filled": Decimal("0.0030101")}, "amount"),
        ({"filled": Decimal("0.0029899")}, "amount"),
        ({"price": Decimal("60000.01")}, None),
        ({"price": Decimal("59999.989")}, "average price"),
        ({"fee": Decimal("0.00000303")}, None),
        ({"fee": Decimal("0.0000030301")}, "fee"),
        ({"fee": None}, None),
        ({"fee_currency": "BNB"}, "fee currency"),
        ({"fee_currency": ""}, "fee currency"),
    ],
)
def test_figures_may_differ_by_one_step(changes: dict[str, Any], what: str | None) -> None:
    assert [found[0] for found in differences(order(**changes), THREE)] == ([what] if what else [])


def test_a_difference_names_the_order_and_both_figures() -> None:
    (found,) = reconcile_fills([order(fee=Decimal("0.001"))], THREE, STEPS).differences
    assert found == Difference(
        "BTC/USDT buy order 11 of trade 7", "fee", "0.001 BTC", "0.000003 BTC"
    )


def test_an_order_that_the_exchange_does_not_know() -> None:
    assert differences(order(), []) == [("amount", "0.003", "0")]


def test_bnb_that_ran_out_is_told_by_currency() -> None:
    mixed = [fill(1, BNB="0.0001"), fill(2), fill(3)]
    assert differences(order(fee_currency="BNB", fee=None), mixed) == [
        ("fee currency", "BNB", "0.0001 BNB and 0.000002 BTC")
    ]


def test_no_fee_at_all_agrees_with_none() -> None:
    free = [fill(n, BTC="0") for n in (1, 2, 3)]
    assert differences(order(fee_currency="", fee=None), free) == []
    assert differences(order(), free) == [("fee currency", "BTC", "none")]


def test_orders_that_may_still_fill_are_left_out() -> None:
    found = reconcile_fills([order(is_open=True, filled=Decimal(1))], THREE, STEPS)
    assert (found.compared, found.fills, found.differences) == (0, 0, ())
    assert found.notes == ("1 orders that may still fill were left out",)
    assert found.taken == {}


def test_fills_of_others_are_noted_and_fills_of_ours_are_not_forgiven() -> None:
    noted = reconcile_fills([], THREE, STEPS)
    assert noted.differences == ()
    assert noted.notes == ("1 orders of the account are not freqtrade's, such as 11 on BTC/USDT",)
    ours = reconcile_fills([], THREE, STEPS, own={"11"})
    assert ours.notes == ()
    assert ours.differences == (
        Difference("BTC/USDT order 11", "amount", "no such order", "0.003"),
    )


def test_orders_of_the_same_number_on_another_pair_are_others() -> None:
    steps = {**STEPS, "ETH/USDT": STEPS[PAIR]}
    orders = [order(), order(pair="ETH/USDT")]
    found = reconcile_fills(orders, THREE, steps).differences
    assert [(one.subject, one.found) for one in found] == [
        ("ETH/USDT buy order 11 of trade 7", "0")
    ]
