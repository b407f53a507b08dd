"""Trades and their orders as rows of freqtrade's own tables, in memory or in a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from freqtrade.persistence import Order, Trade, init_db

OPENED = datetime(2026, 11, 22, 10, 0, 0, 250_000, tzinfo=UTC)


@contextmanager
def trade_rows(url: str = "sqlite://") -> Iterator[None]:
    """freqtrade's database, empty; the one that was open before is put back."""
    before = {kind: kind.session for kind in (Trade, Order) if hasattr(kind, "session")}
    init_db(url)
    try:
        yield
    finally:
        Trade.session.remove()
        for kind in (Trade, Order):
            del kind.session
        for kind, session in before.items():
            kind.session = session


def order(name: str, side: str, minute: float, **changes: Any) -> Order:
    """One that filled whole: 2 at 50."""
    at = (OPENED + timedelta(minutes=minute)).replace(tzinfo=None)
    fields: dict[str, Any] = {
        "order_id": name,
        "ft_order_side": side,
        "ft_pair": "BTC/USDT",
        "ft_is_open": False,
        "ft_amount": 2.0,
        "ft_price": 50.0,
        "status": "closed",
        "filled": 2.0,
        "average": 50.0,
        "price": 51.0,
        "order_date": at,
        "order_filled_date": at,
    }
    return Order(**{**fields, **changes})


def add(*orders: Order, **changes: Any) -> Trade:
    """Put a closed trade with these orders into the database."""
    fields: dict[str, Any] = {
        "pair": "BTC/USDT",
        "base_currency": "BTC",
        "stake_currency": "USDT",
        "exchange": "binance",
        "stake_amount": 100.0,
        "amount": 2.0,
        "open_rate": 50.0,
        "fee_open": 0.001,
        "fee_close": 0.001,
        "is_open": False,
        "open_date": OPENED.replace(tzinfo=None),
        "close_date": (OPENED + timedelta(hours=1)).replace(tzinfo=None),
        "close_profit_abs": 0.1,
    }
    trade = Trade(**{**fields, **changes})
    trade.orders = list(orders)
    Trade.session.add(trade)
    Trade.commit()
    return trade
