from __future__ import annotations

from decimal import Decimal

import pytest

from aurum_plugins.sandbox.matching import Flaw, InvalidRequest


@pytest.mark.parametrize(
    ("order", "parameter", "reason"),
    [
        ({"kind": "MARKET"}, "quantity", Flaw.MISSING),
        ({"kind": "MARKET", "quantity": "1", "quote": "10"}, "quantity", Flaw.NOT_REQUIRED),
        ({"kind": "MARKET", "quantity": "1", "price": "10"}, "price", Flaw.NOT_REQUIRED),
        ({"kind": "LIMIT", "quantity": "1"}, "price", Flaw.MISSING),
        ({"kind": "LIMIT", "price": "1"}, "quantity", Flaw.MISSING),
        (
            {"kind": "LIMIT", "quantity": "1", "price": "1", "stop": "1"},
            "stopPrice",
            "not required",
        ),
        ({"kind": "LIMIT_MAKER", "quote": "1", "price": "1"}, "quantity", Flaw.MISSING),
        ({"kind": "STOP_LOSS", "quantity": "1"}, "stopPrice", Flaw.MISSING),
        (
            {"kind": "STOP_LOSS", "quantity": "1", "quote": "9", "stop": "1"},
            "quoteOrderQty",
            Flaw.NOT_REQUIRED,
        ),
        ({"kind": "STOP_LOSS_LIMIT", "quantity": "1", "stop": "1"}, "price", Flaw.MISSING),
        (
            {"kind": "TAKE_PROFIT", "quantity": "1", "stop": "1", "price": "1"},
            "price",
            Flaw.NOT_REQUIRED,
        ),
        ({"kind": "TAKE_PROFIT_LIMIT", "quantity": "1", "price": "1"}, "stopPrice", Flaw.MISSING),
        ({"kind": "MARKET", "quantity": "0"}, "quantity", Flaw.NOT_POSITIVE),
        ({"kind": "MARKET", "quote": "-1"}, "quoteOrderQty", Flaw.NOT_POSITIVE),
        ({"kind": "LIMIT", "quantity": "1", "price": "NaN"}, "price", Flaw.NOT_A_NUMBER),
        ({"kind": "MARKET", "quantity": "Infinity"}, "quantity", Flaw.NOT_A_NUMBER),
    ],
)
def test_parameters_that_do_not_fit_the_type(desk, order, parameter, reason):
    with pytest.raises(InvalidRequest, match=f"parameter {parameter} is {reason}: ") as e:
        desk().place("SELL", **order)
    assert (e.value.parameter, e.value.reason) == (parameter, reason)


def test_every_type_with_its_own_parameters(desk):
    d = desk()
    for order in (
        {"kind": "MARKET", "quantity": "1"},
        {"kind": "MARKET", "quote": "20"},
        {"kind": "LIMIT", "quantity": "1", "price": "101"},
        {"kind": "LIMIT_MAKER", "quantity": "1", "price": "101"},
        {"kind": "STOP_LOSS", "quantity": "1", "stop": "99"},
        {"kind": "STOP_LOSS_LIMIT", "quantity": "1", "stop": "99", "price": "98"},
        {"kind": "TAKE_PROFIT", "quantity": "1", "stop": "101"},
        {"kind": "TAKE_PROFIT_LIMIT", "quantity": "1", "stop": "101", "price": "102"},
    ):
        d.place("SELL", **order)
    assert d.locked("AAA") == Decimal(6)
    assert d.is_exact()
