from __future__ import annotations

from decimal import Decimal

import pytest

from aurum_plugins.sandbox.instruments import DEFAULT_INSTRUMENTS
from aurum_plugins.sandbox.matching import FilterFailure, average_price, describe


@pytest.mark.parametrize(
    ("name", "order", "text"),
    [
        ("PRICE_FILTER", ("BUY", "LIMIT", "1", "99.995"), "price must be a multiple of 0.01"),
        ("PRICE_FILTER", ("BUY", "LIMIT", "1", "1e20"), r"price must lie in \[0.01, "),
        ("LOT_SIZE", ("BUY", "LIMIT", "1.05", "99"), "quantity must be a multiple of 0.1"),
        ("LOT_SIZE", ("BUY", "MARKET", "0.01"), r"quantity must lie in \[0.1, "),
        ("LOT_SIZE", ("BUY", "MARKET", "1e40"), "quantity must lie in"),
        ("MARKET_LOT_SIZE", ("BUY", "MARKET", "90000000.1"), "must be at most 90000000.0"),
        ("PERCENT_PRICE_BY_SIDE", ("BUY", "LIMIT", "1", "19.99"), "price of a BUY must lie in"),
        ("PERCENT_PRICE_BY_SIDE", ("SELL", "LIMIT", "1", "500.01"), r"\[20\.0+, 500\.0+\]"),
        ("NOTIONAL", ("BUY", "LIMIT", "0.1", "49.99"), "at least 5, got 4.999"),
        ("NOTIONAL", ("SELL", "LIMIT", "90000.1", "100"), "at most 9000000"),
    ],
)
def test_each_filter_names_itself_and_its_rule(desk, name, order, text):
    with pytest.raises(FilterFailure, match=text) as e:
        desk().place(*order)
    assert e.value.filter_name == name


def test_stop_price_is_on_the_grid_too(desk):
    with pytest.raises(FilterFailure, match="PRICE_FILTER: price must be a multiple"):
        desk().place("SELL", "STOP_LOSS", "1", stop="99.001")


def test_notional_of_market_orders(desk):
    d = desk([30.0])
    with pytest.raises(FilterFailure, match=r"NOTIONAL: .* got 3.0"):
        d.place("BUY", "MARKET", "0.1")
    with pytest.raises(FilterFailure, match=r"NOTIONAL: .* got 4.99"):
        d.place("BUY", "MARKET", quote="4.99")
    with pytest.raises(FilterFailure, match=r"NOTIONAL: .* got 2.9"):
        d.place("SELL", "STOP_LOSS", "0.1", stop="29")
    assert d.place("BUY", "MARKET", quote="5").executed == Decimal("0.1")


def test_at_most_200_open_orders(desk):
    d = desk()
    for _ in range(200):
        d.place("SELL", "LIMIT", "0.1", "105")
    with pytest.raises(FilterFailure, match="at most 200 open orders a symbol, got 201") as e:
        d.place("SELL", "LIMIT", "0.1", "105")
    assert e.value.filter_name == "MAX_NUM_ORDERS"
    assert d.place("SELL", "MARKET", "0.1").executed == Decimal("0.1")


def test_limits_pass_at_their_edges(desk):
    d = desk()
    assert d.place("BUY", "LIMIT", "1", "20").is_open
    assert d.place("SELL", "LIMIT", "0.1", "500").is_open
    assert d.place("BUY", "LIMIT", "0.1", "50").is_open


def test_description_is_binances(desk):
    described = {f["filterType"]: f for f in describe(DEFAULT_INSTRUMENTS[0])}
    assert described["PRICE_FILTER"]["tickSize"] == "0.01000000"
    assert described["LOT_SIZE"]["stepSize"] == "0.00001000"
    assert described["LOT_SIZE"]["minQty"] == "0.00001000"
    assert described["NOTIONAL"]["minNotional"] == "5.00000000"
    assert described["MAX_NUM_ALGO_ORDERS"] == {
        "filterType": "MAX_NUM_ALGO_ORDERS",
        "maxNumAlgoOrders": 5,
    }
    assert list(described)[:2] == ["PRICE_FILTER", "LOT_SIZE"]


@pytest.mark.parametrize("instrument", DEFAULT_INSTRUMENTS, ids=lambda i: i.symbol)
def test_descriptions_have_no_exponents(instrument):
    texts = [v for f in describe(instrument) for v in f.values() if isinstance(v, str)]
    assert not [text for text in texts if "E+" in text or "E-" in text]


def test_average_price_weighs_by_volume(desk, start):
    d = desk([100.0, 102.0])
    market = d.engine.market
    assert average_price(market, "AAAUSDT", start + 60_000 - 1, minutes=5) == pytest.approx(100)
    assert average_price(market, "AAAUSDT", start + 120_000 - 1, minutes=5) == pytest.approx(101)
    assert average_price(market, "AAAUSDT", start + 120_000 - 1, minutes=0) == 102


def test_average_price_without_trades_is_the_last_price(desk, start):
    market = desk([100.0, *[None] * 7, 90.0]).engine.market
    assert average_price(market, "AAAUSDT", start + 7 * 60_000, minutes=5) == 100
