"""A statement's entries for a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Final

from aurum_plugins.ledger.ledger_entry import LedgerEntry
from aurum_plugins.ledger.statement import Statement, opened_ms

COLUMNS: Final = (
    "charged_by",
    "bot",
    "number",
    "booked",
    "kind",
    "trade",
    "pair",
    "opened",
    "closed",
    "base",
    "rate",
    "basis",
    "amount",
    "currency",
    "profit",
    "invoice",
    "note",
    "previous",
    "digest",
)
# A cell that begins so is a formula to a spreadsheet, and texts come from anywhere.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def statement_csv(statement: Statement) -> str:
    """One line an entry, in order of their numbers, below a line of names.

    Times are ISO 8601 in UTC, numbers in full with a point; where there is nothing, nothing stands.
    A text that a spreadsheet would take for a formula begins with an apostrophe. Lines end as
    RFC 4180 says.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for entry in statement.entries:
        writer.writerow(_cells(statement, entry))
    return text.getvalue()


def _cells(statement: Statement, entry: LedgerEntry) -> tuple[str | int, ...]:
    of_trade = bool(entry.trade)
    return (
        _text(statement.label),
        _text(entry.bot),
        entry.number,
        _time(entry.at_ms),
        entry.kind.value,
        _text(entry.trade),
        _text(entry.pair),
        _time(opened_ms(entry)),
        _time(entry.closed_ms),
        _text(entry.base),
        f"{entry.rate:f}" if of_trade else "",
        f"{entry.basis:f}" if of_trade else "",
        f"{entry.amount:f}",
        _text(entry.currency),
        "" if entry.profit is None else f"{entry.profit:f}",
        "" if entry.invoice is None else entry.invoice,
        _text(entry.note),
        entry.previous,
        entry.digest,
    )


def _text(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _time(moment_ms: int | None) -> str:
    if moment_ms is None:
        return ""
    return (_EPOCH + timedelta(milliseconds=moment_ms)).isoformat()
