"""What came of closed trades, as freqtrade's database sums it up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection
from trade_rows import NOW_MS, add_trade, trade_tables

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.monitoring.reports import TradeReport
from aurum_plugins.strategies.trade_sums import trade_report


@pytest.fixture
def connection() -> Iterator[Connection]:
    with trade_tables() as connection:
        yield connection


def test_no_trades(connection) -> None:
    assert trade_report(connection, NOW_MS, "USDT") == TradeReport(paid_in_fees=0.0)


def test_sums(connection) -> None:
    # Yesterday's last moment, today's first, and one that is open.
    add_trade(5.0, hours_ago=12.001)
    add_trade(-2.0, hours_ago=12)
    add_trade(0.0, hours_ago=3)
    add_trade(None)
    report = trade_report(connection, NOW_MS, "USDT")
    assert report == TradeReport(
        closed=3,
        won=1,
        profit=3.0,
        closed_today=2,
        profit_today=-2.0,
        paid_in_fees=report.paid_in_fees,
        last_closed_ms=NOW_MS - 3 * HOUR_MS,
    )
    assert report.paid_in_fees == pytest.approx(0.9)


@pytest.mark.parametrize(
    "charged",
    [
        {"fee_close_currency": "BNB"},
        {"fee_close_currency": None, "fee_close_cost": None},
        {"fee_open_cost": None},
    ],
    ids=["in another currency", "not known", "entry not known"],
)
def test_fees_that_cannot_be_told_are_not_guessed(connection, charged) -> None:
    add_trade(1.0)
    add_trade(1.0, **charged)
    report = trade_report(connection, NOW_MS, "USDT")
    assert report.paid_in_fees is None
    assert report.closed == 2


def test_a_profit_that_is_not_known_counts_for_nothing(connection) -> None:
    add_trade(1.0)
    add_trade(1.0, close_profit_abs=None)
    assert trade_report(connection, NOW_MS, "USDT").profit == 1.0


def test_sums_must_be_finite(connection) -> None:
    add_trade(float("inf"))
    with pytest.raises(ValueError, match="must be finite, got inf"):
        trade_report(connection, NOW_MS, "USDT")
