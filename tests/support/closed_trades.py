"""Closed trades, and the two places in which freqtrade keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from booked_trades import trade_rows
from freqtrade.persistence import LocalTrade, Trade, disable_database_use
from freqtrade.persistence.usedb_context import enable_database_use

NOW = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
STAKE = 100.0


def closed(minutes_ago: float, result: float | None, pair: str = "BTC/USDT") -> SimpleNamespace:
    """Give what a protection reads of a trade with a net result of `result` of its stake."""
    at = NOW - timedelta(minutes=minutes_ago)
    money = None if result is None else result * STAKE
    return SimpleNamespace(
        pair=pair,
        is_open=False,
        close_date=at,
        close_date_utc=at,
        close_profit=result,
        close_profit_abs=money,
    )


def in_a_row(*results: float | None, pair: str = "BTC/USDT") -> list[SimpleNamespace]:
    """Trades an hour apart, the last of which closed a minute ago."""
    last = len(results) - 1
    return [closed(60 * (last - i) + 1, result, pair) for i, result in enumerate(results)]


@contextmanager
def kept_in_memory(trades: list[SimpleNamespace]) -> Iterator[None]:
    """Keep them as a backtest does."""
    disable_database_use("1h")
    LocalTrade.reset_trades()
    try:
        LocalTrade.bt_trades.extend(trades)
        yield
    finally:
        LocalTrade.reset_trades()
        enable_database_use()


@contextmanager
def kept_in_database(trades: list[SimpleNamespace]) -> Iterator[None]:
    """Keep them as a running bot does, in freqtrade's own tables."""
    with trade_rows():
        for trade in trades:
            Trade.session.add(_row(trade))
        Trade.commit()
        Trade.session.expire_all()
        yield


def _row(trade: Any) -> Trade:
    return Trade(
        pair=trade.pair,
        exchange="binance",
        stake_amount=STAKE,
        amount=1.0,
        open_rate=STAKE,
        fee_open=0.0,
        fee_close=0.0,
        is_open=trade.is_open,
        open_date=NOW - timedelta(days=3),
        close_date=trade.close_date,
        close_profit=trade.close_profit,
        close_profit_abs=trade.close_profit_abs,
    )
