"""The fees that a bot's trades owe."""

from __future__ import annotations

from aurum_plugins.clock import WallClock
from aurum_plugins.database.database import Database
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.monitoring.snapshot.bot_snapshot import Owed


def owed(
    database: Database,
    bot: str,
    now_ms: int,  # noqa: ARG001 - as every section
    ledger: FeeLedger | None = None,
) -> tuple[Owed, ...]:
    """What is accrued, invoiced and collected of each currency; empty: nothing was ever charged.

    Parameters
    ----------
    database : Database
    bot : str
    now_ms : int
        UTC milliseconds.
    ledger : FeeLedger or None
        One of this bot that is kept from time to time reads only what is new. None: all is read.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    aurum_plugins.ledger.errors.LedgerDamaged
        If an entry is not as it was written.
    """
    if ledger is None:
        ledger = new_ledger(database, bot)
    return tuple(
        Owed(total.currency, total.accrued, total.invoiced, total.collected, total.trades)
        for total in ledger.totals()
    )


def new_ledger(database: Database, bot: str) -> FeeLedger:
    """A bot's ledger to read from; it charges nothing."""
    return FeeLedger(database, bot, LedgerSettings(), WallClock())
