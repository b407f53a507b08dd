"""Closed trades and the terms on which they are charged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from sqlalchemy import Connection, text

from aurum_plugins.clock import HOUR_MS, VirtualClock
from aurum_plugins.database import Database
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.ledger.settled_trade import SettledTrade

BOT = "bot (dry run)"
# 2026-11-23 00:00 UTC.
DAY_MS = 1_795_392_000_000


def settled(
    number: int,
    profit: str = "0",
    notional: str = "100",
    *,
    currency: str = "USDT",
    closed_ms: int | None = None,
) -> SettledTrade:
    """Trade `number`, which by default closed `number` hours into 2026-11-23."""
    return SettledTrade(
        trade_id=number,
        pair="BTC/USDT",
        currency=currency,
        opened_ms=DAY_MS + number,
        closed_ms=DAY_MS + number * HOUR_MS if closed_ms is None else closed_ms,
        notional=Decimal(notional),
        profit=Decimal(profit),
        exit_order_id=f"exit {number}",
    )


def terms(base: str = "profit", rate: str = "0.025", since: str = "") -> LedgerSettings:
    """A ledger that is on."""
    return LedgerSettings(enabled=True, base=base, rate=Decimal(rate), since=since)


def ledger_of(
    database: Database, settings: LedgerSettings | None = None, bot: str = BOT
) -> FeeLedger:
    """A ledger as a process opens it, at midnight of 2026-11-24."""
    return FeeLedger(database, bot, settings or terms(), VirtualClock(DAY_MS + 24 * HOUR_MS))


@contextmanager
def tampering(database: Database) -> Iterator[Connection]:
    """A connection of somebody who may do everything; the triggers are gone for good."""
    drops = {
        "sqlite": [
            f"DROP TRIGGER IF EXISTS ledger_entries_are_not_{what}"
            for what in ("changed", "deleted", "replaced")
        ],
        "postgresql": ["DROP TRIGGER IF EXISTS ledger_entries_are_append_only ON ledger_entries"],
    }
    with database.writing() as connection:
        for statement in drops[database.kind]:
            connection.execute(text(statement))
        yield connection
