"""Every row of the table against the chain, read without the help of an index."""

from __future__ import annotations

from math import inf

from sqlalchemy import Connection, RowMapping, select

from aurum_plugins.database.schema import ledger_entries
from aurum_plugins.ledger.books import Books
from aurum_plugins.ledger.entry_chain import digest_of
from aurum_plugins.ledger.errors import LedgerDamaged
from aurum_plugins.ledger.ledger_rows import entry_of
from aurum_plugins.ledger.verification import Verification


def verify_entries(connection: Connection, bot: str) -> Verification:
    """Walk a bot's ledger, and look whether a row of another bot was one of its own.

    An index holds copies of some columns, so asking by bot or number could give what the row
    does not hold. All rows are read as they lie.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    bot : str

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If the table cannot be read; a text may not even be one any more.
    """
    books = Books(bot)
    own: list[RowMapping] = []
    strays: list[RowMapping] = []
    for row in connection.execute(select(ledger_entries)).mappings():
        if row["bot"] == bot:
            own.append(row)
        elif not _is_whole(row):
            strays.append(row)
    try:
        for row in sorted(own, key=_place):
            books.add(entry_of(row, books.head.number + 1))
        books.check_bases()
    except LedgerDamaged as damage:
        return Verification(bot, books.head, damage.number, damage.reason)
    if strays:
        reason = f"of {str(strays[0]['bot'])[:80]!r} was changed, and may have been one of these"
        number = strays[0]["number"]
        return Verification(bot, books.head, number if type(number) is int else 0, reason)
    return Verification(bot, books.head)


def _place(row: RowMapping) -> float:
    """Where a row belongs; what is no number is at the end, where it is found to be wrong."""
    return row["number"] if type(row["number"]) is int else inf


def _is_whole(row: RowMapping) -> bool:
    try:
        return bool(digest_of(row) == row["digest"])
    except TypeError:
        return False
