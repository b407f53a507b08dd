from __future__ import annotations

from decimal import Decimal

import pytest

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.sandbox.matching import OrderStatus

BOTH = {"AAAUSDT": [100.0] * 5, "BNBUSDT": [500.0] * 5}
FUNDS = {"USDT": Decimal(10_000), "AAA": Decimal(100), "BNB": Decimal(1)}


def test_commission_comes_out_of_what_is_received(desk):
    d = desk()
    bought = d.place("BUY", "MARKET", "1").fills[0]
    assert (bought.commission, bought.commission_asset) == (Decimal("0.001"), "AAA")
    sold = d.place("SELL", "MARKET", "1").fills[0]
    assert (sold.commission, sold.commission_asset) == (Decimal("0.09999"), "USDT")


def test_maker_and_taker_rates(desk, start):
    d = desk([100.0, 98.0], maker_fee=Decimal("0.0002"), taker_fee=Decimal("0.0005"))
    taken = d.place("BUY", "MARKET", "1")
    rested = d.place("BUY", "LIMIT", "0.5", "99")
    d.engine.advance(start + 2 * MINUTE_MS - 1)
    assert taken.fills[0].commission == Decimal("0.0005")
    assert sum(fill.commission for fill in rested.fills) == Decimal("0.5") * Decimal("0.0002")


def test_commission_is_rounded_down_to_8_decimals(desk):
    d = desk(taker_fee=Decimal("0.000123456789"))
    assert d.place("BUY", "MARKET", "0.1").fills[0].commission == Decimal("0.00001234")
    assert d.is_exact()


def test_commission_in_bnb_with_its_discount(desk):
    d = desk(BOTH, funds=FUNDS, pay_fees_in_bnb=True)
    fill = d.place("SELL", "MARKET", "1").fills[0]
    assert fill.commission_asset == "BNB"
    assert fill.commission == (
        Decimal("99.99") * Decimal("0.001") * Decimal("0.75") / 500
    ).quantize(Decimal("1e-8"), "ROUND_DOWN")
    assert d.free("USDT") == Decimal("10099.99")
    assert d.free("BNB") == 1 - fill.commission
    assert d.is_exact()


def test_too_little_bnb_falls_back(desk):
    d = desk(BOTH, funds={**FUNDS, "BNB": Decimal("0.0001")}, pay_fees_in_bnb=True)
    assert d.place("SELL", "MARKET", "1").fills[0].commission_asset == "USDT"
    assert d.is_exact()


def test_locked_bnb_pays_nothing(desk):
    d = desk(BOTH, funds=FUNDS, pay_fees_in_bnb=True)
    d.place("SELL", "LIMIT", "1", "600", symbol="BNBUSDT")
    assert d.place("SELL", "MARKET", "1").fills[0].commission_asset == "USDT"


def test_buying_bnb_pays_with_the_bnb_bought(desk):
    d = desk(BOTH, funds={"USDT": Decimal(10_000)}, pay_fees_in_bnb=True)
    fill = d.place("BUY", "MARKET", "0.01", symbol="BNBUSDT").fills[0]
    assert fill.commission_asset == "BNB"
    assert Decimal(0) < d.free("BNB") < Decimal("0.01")
    assert d.is_exact()


def test_quote_is_bnb(desk):
    d = desk({"AAABNB": [2.0]}, funds={"BNB": Decimal(100)}, pay_fees_in_bnb=True)
    fill = d.place("BUY", "MARKET", "1", symbol="AAABNB").fills[0]
    assert (fill.commission, fill.commission_asset) == (Decimal("0.0015075"), "BNB")
    assert d.is_exact()


@pytest.mark.parametrize(
    ("script", "symbol"),
    [
        ({"CCCEUR": [100.0]}, "CCCEUR"),
        ({"AAAUSDT": [100.0], "BNBUSDT": [None, 500.0]}, "AAAUSDT"),
    ],
)
def test_bnb_without_a_price_falls_back(desk, script, symbol):
    funds = {"EUR": Decimal(1_000), "USDT": Decimal(1_000), "BNB": Decimal(1)}
    d = desk(script, funds=funds, pay_fees_in_bnb=True)
    fill = d.place("BUY", "MARKET", "1", symbol=symbol).fills[0]
    assert fill.commission_asset in {"CCC", "AAA"}


@pytest.mark.parametrize("quantity", ["0.025", "0.06"])
def test_selling_all_bnb_leaves_none_for_the_commission(desk, quantity):
    d = desk(BOTH, funds={"BNB": Decimal(quantity)}, pay_fees_in_bnb=True)
    order = d.place("SELL", "MARKET", quantity, symbol="BNBUSDT")
    assert order.status is OrderStatus.FILLED
    assert len(order.fills) > 1
    assert {fill.commission_asset for fill in order.fills} == {"USDT"}
    assert d.is_exact()


def test_spending_all_bnb_pays_with_what_is_received(desk):
    d = desk({"AAABNB": [2.0]}, funds={"BNB": Decimal("4.03")}, pay_fees_in_bnb=True)
    order = d.place("BUY", "MARKET", "2", symbol="AAABNB")
    assert order.status is OrderStatus.FILLED
    assert d.free("BNB") == 0
    assert d.is_exact()
