"""Closed trades in freqtrade's own tables, with what the exchange took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from booked_trades import trade_rows
from freqtrade.persistence import Trade
from sqlalchemy import Connection

NOW = datetime(2026, 5, 6, 12, 0, tzinfo=UTC)
NOW_MS = round(NOW.timestamp() * 1_000)


@contextmanager
def trade_tables(address: str = "sqlite://") -> Iterator[Connection]:
    """freqtrade's database, empty; a connection to it."""
    with trade_rows(address), Trade.session.get_bind().connect() as connection:
        yield connection


def add_trade(profit: float | None, hours_ago: float = 1.0, **columns: Any) -> None:
    """A trade that closed so long before `NOW`; open if `profit` is None."""
    told: dict[str, Any] = {
        "pair": "BTC/USDT",
        "base_currency": "BTC",
        "stake_currency": "USDT",
        "exchange": "binance",
        "stake_amount": 100.0,
        "amount": 1.0,
        "open_rate": 100.0,
        "fee_open": 0.001,
        "fee_open_cost": 0.1,
        "fee_open_currency": "BTC",
        "fee_close": 0.001,
        "fee_close_cost": 0.2,
        "fee_close_currency": "USDT",
        "is_open": profit is None,
        "open_date": NOW - timedelta(days=3),
        "close_date": None if profit is None else NOW - timedelta(hours=hours_ago),
        "close_profit": None if profit is None else profit / 100,
        "close_profit_abs": profit,
    }
    Trade.session.add(Trade(**{**told, **columns}))
    Trade.commit()
