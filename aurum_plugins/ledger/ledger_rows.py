"""Entries as rows of the table, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import RowMapping

from aurum_plugins.ledger.entry_chain import Head, digest_of
from aurum_plugins.ledger.errors import LedgerDamaged
from aurum_plugins.ledger.exact import read, written
from aurum_plugins.ledger.ledger_entry import EntryKind, LedgerEntry

_NUMBERS: Final = ("rate", "basis", "amount")


def row_of(entry: LedgerEntry) -> dict[str, Any]:
    """All columns of an entry."""
    row = dict(vars(entry))
    row["kind"] = entry.kind.value
    row["base"] = str(entry.base)
    for name in _NUMBERS:
        row[name] = written(row[name])
    row["profit"] = None if entry.profit is None else written(entry.profit)
    return row


def sealed(draft: LedgerEntry, head: Head) -> LedgerEntry:
    """An entry with its number and digests, as it follows on the end of a ledger."""
    row = row_of(replace(draft, number=head.number + 1, previous=head.digest))
    row["digest"] = digest_of(row)
    return entry_of(row, row["number"])


def entry_of(row: RowMapping | Mapping[str, Any], expected: int) -> LedgerEntry:
    """The entry of a row that is as it was written.

    Parameters
    ----------
    row : mapping
        All columns.
    expected : int
        The number that it should have, to be named if it cannot be read.

    Raises
    ------
    aurum_plugins.ledger.errors.LedgerDamaged
        If the digest is not that of the columns, or a column makes no sense.
    """
    given = dict(row)
    bot = str(given["bot"])
    try:
        if digest_of(given) != given["digest"]:
            raise LedgerDamaged(bot, expected, "was changed: its digest is not that of its columns")
        numbers = {name: read(given[name]) for name in _NUMBERS}
        profit = None if given["profit"] is None else read(given["profit"])
        return LedgerEntry(
            **{**given, **numbers, "kind": EntryKind(given["kind"]), "profit": profit}
        )
    except (TypeError, ValueError) as error:
        raise LedgerDamaged(bot, expected, f"makes no sense: {error}") from error
