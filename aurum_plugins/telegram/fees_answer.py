"""`/fees`: what is owed for closed trades, and what the exchange took."""

from __future__ import annotations

from collections.abc import Sequence

from aurum_plugins.database import Database
from aurum_plugins.ledger.money_words import money, share
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.monitoring.report_store import ReportStore
from aurum_plugins.monitoring.reports import TradeReport
from aurum_plugins.monitoring.snapshot.bot_snapshot import Owed
from aurum_plugins.monitoring.snapshot.owed import owed
from aurum_plugins.telegram.asked_bot import AskedBot
from aurum_plugins.telegram.reply_text import clock_time, fitted, plain


def fees_answer(database: Database, asked: AskedBot, words: Sequence[str]) -> str:  # noqa: ARG001
    """Sums by currency.

    Parameters
    ----------
    database : Database
    asked : AskedBot
    words : sequence of str
        Not asked for.

    Raises
    ------
    aurum_plugins.database.DatabaseUnavailable
        If it cannot be read.
    aurum_plugins.ledger.errors.LedgerDamaged
        If an entry is not as it was written.
    """
    settings = LedgerSettings.from_config(asked.config)
    head = ["<b>Fees</b>", "No funds are moved, ever: this is bookkeeping."]
    if settings.enabled and settings.base is not None and settings.rate is not None:
        head.append(f"{share(settings.rate)} of the {plain(settings.base)} of closed trades")
    else:
        head.append("The ledger is off: trades are not charged.")
    sums = owed(database, asked.name, asked.now_ms)
    parts = [_total(total) for total in sums] or ["Nothing was charged yet."]
    return fitted(head, parts, _exchange(database, asked))


def _total(total: Owed) -> str:
    trades = f"{total.trades:,} trade{'' if total.trades == 1 else 's'}"
    return "\n".join(
        [
            f"<b>{plain(total.currency, 20)}</b>, {trades} charged",
            f"accrued {money(total.accrued)}",
            f"invoiced {money(total.invoiced)}",
            f"collected {money(total.collected)}",
        ]
    )


def _exchange(database: Database, asked: AskedBot) -> list[str]:
    told = ReportStore(database).read(asked.name, TradeReport)
    if told is None:
        return ["The exchange's own fees: not known yet"]
    paid = told.report.paid_in_fees
    took = "not known, another currency was charged"
    if paid is not None:
        took = f"{paid:,.4f} {plain(asked.currency, 20)}"
    when = clock_time(told.at_ms, asked.now_ms)
    return [f"The exchange's own fees: {took} in {told.report.closed:,} trades", f"(as of {when})"]
