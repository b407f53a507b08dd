from __future__ import annotations

from decimal import Decimal as D

import pytest

from aurum_plugins.clock import MINUTE_MS

BOTH = {"AAAUSDT": [100.0] * 5, "BNBUSDT": [500.0] * 5}
FUNDS = {"USDT": D(10_000), "AAA": D(100), "BNB": D(1)}


def test_commission_comes_out_of_what_is_received(desk):
    d = desk()
    bought = d.place("BUY", "MARKET", "1").fills[0]
    assert (bought.commission, bought.commission_asset) == (D("0.001"), "AAA")
    sold = d.place("SELL", "MARKET", "1").fills[0]
    assert (sold.commission, sold.commission_asset) == (D("0.09999"), "USDT")


def test_maker_and_taker_rates(desk, start):
    d = desk([100.0, 98.0], maker_fee=D("0.0002"), taker_fee=D("0.0005"))
    taken = d.place("BUY", "MARKET", "1")
    rested = d.place("BUY", "LIMIT", "0.5", "99")
    d.engine.advance(start + 2 * MINUTE_MS - 1)
    assert taken.fills[0].commission == D("0.0005")
    assert sum(fill.commission for fill in rested.fills) == D("0.5") * D("0.0002")


def test_commission_is_rounded_down_to_8_decimals(desk):
    d = desk(taker_fee=D("0.000123456789"))
    assert d.place("BUY", "MARKET", "0.1").fills[0].commission == D("0.00001234")
    assert d.is_exact()


def test_commission_in_bnb_with_its_discount(desk):
    d = desk(BOTH, funds=FUNDS, pay_fees_in_bnb=True)
    fill = d.place("SELL", "MARKET", "1").fills[0]
    assert fill.commission_asset == "BNB"
    assert fill.commission == (D("99.99") * D("0.001") * D("0.75") / 500).quantize(
        D("1e-8"), "ROUND_DOWN"
    )
    assert d.free("USDT") == D("10099.99")
    assert d.free("BNB") == 1 - fill.commission
    assert d.is_exact()


def test_too_little_bnb_falls_back(desk):
    d = desk(BOTH, funds={**FUNDS, "BNB": D("0.0001")}, pay_fees_in_bnb=True)
    assert d.place("SELL", "MARKET", "1").fills[0].commission_asset == "USDT"
    assert d.is_exact()


def test_locked_bnb_pays_nothing(desk):
    d = desk(BOTH, funds=FUNDS, pay_fees_in_bnb=True)
    d.place("SELL", "LIMIT", "1", "600", symbol="BNBUSDT")
    assert d.place("SELL", "MARKET", "1").fills[0].commission_asset == "USDT"


def test_buying_bnb_pays_with_the_bnb_bought(desk):
    d = desk(BOTH, funds={"USDT": D(10_000)}, pay_fees_in_bnb=True)
    fill = d.place("BUY", "MARKET", "0.01", symbol="BNBUSDT").fills[0]
    assert fill.commission_asset == "BNB"
    assert D(0) < d.free("BNB") < D("0.01")
    assert d.is_exact()


def test_quote_is_bnb(desk):
    d = desk({"AAABNB": [2.0]}, funds={"BNB": D(100)}, pay_fees_in_bnb=True)
    fill = d.place("BUY", "MARKET", "1", symbol="AAABNB").fills[0]
    assert (fill.commission, fill.commission_asset) == (D("0.0015075"), "BNB")
    assert d.is_exact()


@pytest.mark.parametrize(
    ("script", "symbol"),
    [
        ({"CCCEUR": [100.0]}, "CCCEUR"),
        ({"AAAUSDT": [100.0], "BNBUSDT": [None, 500.0]}, "AAAUSDT"),
    ],
)
def test_bnb_without_a_price_falls_back(desk, script, symbol):
    funds = {"EUR": D(1_000), "USDT": D(1_000), "BNB": D(1)}
    d = desk(script, funds=funds, pay_fees_in_bnb=True)
    fill = d.place("BUY", "MARKET", "1", symbol=symbol).fills[0]
    assert fill.commission_asset in {"CCC", "AAA"}
