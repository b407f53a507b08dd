"""freqtrade's closed trades as the ledger gets them, and its orders as they are reconciled."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from decimal import Decimal

import pytest
from booked_trades import OPENED, add, order, trade_rows
from freqtrade.persistence import Trade

from aurum_plugins.ledger.settled_trade import SettledTrade
from aurum_plugins.strategies.booked_orders import booked_orders
from aurum_plugins.strategies.settled_trades import exactly, settled_trades

OPENED_MS = round(OPENED.timestamp() * 1_000)


@pytest.fixture(autouse=True)
def database() -> Iterator[None]:
    with trade_rows():
        yield


def test_a_closed_trade_is_told_exactly() -> None:
    trade = add(order("1", "buy", 0), order("2", "sell", 60))
    (told,) = settled_trades("EUR")
    assert told == SettledTrade(
        trade_id=trade.id,
        pair="BTC/USDT",
        currency="USDT",
        opened_ms=OPENED_MS,
        closed_ms=OPENED_MS + 3_600_000,
        notional=Decimal(100),
        profit=Decimal("0.1"),
        exit_order_id="2",
    )
    assert told.key == f"BTC/USDT#{trade.id}@{OPENED_MS}"


def test_open_trades_are_not_told() -> None:
    add(order("1", "buy", 0), is_open=True, close_date=None)
    assert settled_trades("USDT") == []


def test_every_filled_entry_counts_and_nothing_else() -> None:
    add(
        order("1", "buy", 0),
        order("2", "buy", 1, filled=0.0),
        order("3", "buy", 2, filled=None),
        order("4", "buy", 3, filled=0.1, average=0.7),
        order("6", "sell", 50, filled=1.0),
        order("5", "stoploss", 40, filled=1.1),
    )
    (told,) = settled_trades("USDT")
    assert told.notional == Decimal("100.07")
    assert told.exit_order_id == "6"


@pytest.mark.parametrize(
    ("prices", "notional"),
    [
        ({"average": None}, "102"),
        ({"average": None, "price": None, "stop_price": 49.0}, "98"),
        ({"average": None, "price": None}, "100"),
    ],
)
def test_prices_are_those_that_freqtrade_reckons_with(prices, notional: str) -> None:
    add(order("1", "buy", 0, **prices))
    (told,) = settled_trades("USDT")
    assert told.notional == Decimal(notional)
    assert told.exit_order_id == ""


def test_a_short_trade_is_entered_by_selling() -> None:
    add(order("1", "sell", 0), order("2", "buy", 60, average=40.0), is_short=True)
    (told,) = settled_trades("USDT")
    assert (told.notional, told.exit_order_id) == (Decimal(100), "2")
    assert [one.side for one in booked_orders(Trade.session)] == ["sell", "buy"]


def test_the_configurations_currency_is_that_of_trades_without_one() -> None:
    add(order("1", "buy", 0), stake_currency=None)
    assert settled_trades("EUR")[0].currency == "EUR"


@pytest.mark.parametrize("missing", [{"close_profit_abs": None}, {"close_date": None}])
def test_a_trade_without_figures_is_left_out_with_a_warning(missing, caplog) -> None:
    add(order("1", "buy", 0), **missing)
    add(order("2", "buy", 0))
    with caplog.at_level(logging.WARNING):
        assert [told.trade_id for told in settled_trades("USDT")] == [2]
    assert caplog.messages == ["Closed trade 1 cannot be charged for: it has no date or no profit"]


@pytest.mark.parametrize(
    ("orders", "changes"),
    [
        ({"average": float("inf")}, {}),
        ({"filled": float("inf")}, {}),
        ({"average": 1e30}, {}),
        ({"average": -1.0}, {}),
        ({}, {"close_profit_abs": float("inf")}),
        ({}, {"pair": "BTC\n/USDT"}),
    ],
)
def test_a_trade_whose_figures_make_no_sense_does_not_keep_others_away(
    orders, changes, caplog
) -> None:
    add(order("1", "buy", 0, **orders), **changes)
    add(order("2", "buy", 0))
    with caplog.at_level(logging.WARNING):
        assert [told.trade_id for told in settled_trades("USDT")] == [2]
    (message,) = caplog.messages
    assert message.startswith("Closed trade 1 cannot be charged for: ")


def test_it_reads_on_a_connection_of_its_own() -> None:
    add(order("1", "buy", 0))
    with Trade.session.get_bind().connect() as connection:
        assert settled_trades("USDT", connection) == settled_trades("USDT")


@pytest.mark.parametrize("number", [0.1, 1e-8, 1e22, -0.0, 123456.78901234])
def test_floats_are_taken_as_they_are_written(number: float) -> None:
    assert float(exactly(number)) == number
    assert str(exactly(0.1)) == "0.1"


def test_fees_that_freqtrade_keeps_are_told_and_others_are_not() -> None:
    add(
        order("1", "buy", 0, ft_fee_base=0.002),
        order("2", "buy", 1),
        order("3", "sell", 2, filled=1.0),
        order("4", "sell", 3, filled=3.0),
        fee_open_currency="BTC",
        fee_close_currency="USDT",
        fee_close_cost=0.05,
    )
    booked = booked_orders(Trade.session)
    assert [(one.order_id, one.fee_currency, one.fee) for one in booked] == [
        ("1", "BTC", Decimal("0.002")),
        ("2", "BTC", None),
        ("3", "USDT", Decimal("0.05")),
        ("4", "USDT", None),
    ]
    reckoned = [one.reckoned_fee for one in booked]
    assert reckoned == [Decimal(n) for n in ("0.1", "0.1", "0.05", "0.15")]


def test_a_fee_in_bnb_is_kept_of_the_first_exit_only() -> None:
    add(
        order("1", "buy", 0, ft_fee_base=0.0),
        order("2", "sell", 2),
        fee_open_currency="BNB",
        fee_close_currency="BNB",
        fee_close_cost=0.0002,
    )
    entry, leave = booked_orders(Trade.session)
    assert (entry.fee_currency, entry.fee) == ("BNB", None)
    assert (leave.fee_currency, leave.fee) == ("BNB", Decimal("0.0002"))
    assert (entry.at_ms, entry.filled, entry.price) == (OPENED_MS, Decimal(2), Decimal(50))


def test_an_exit_that_still_fills_has_not_told_its_fee() -> None:
    add(
        order("1", "buy", 0),
        order("2", "sell", 2, filled=1.0, ft_is_open=True),
        is_open=True,
        close_date=None,
    )
    entry, leave = booked_orders(Trade.session)
    assert (leave.is_open, leave.fee, leave.fee_currency) == (True, None, "")
    assert not entry.is_open
