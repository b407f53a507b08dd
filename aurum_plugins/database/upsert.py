"""Rows that are written whether they are there already or not."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

# Of each dialect, because standard SQL has no such statement.
_INSERTS: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@cache
def upsert(kind: str, table: Table) -> Executable:
    """A statement that inserts rows, and takes the place of those with the same primary key.

    Parameters
    ----------
    kind : str
        "sqlite" or "postgresql": see `Database.kind`.
    table : sqlalchemy.Table

    Returns
    -------
    sqlalchemy.Executable
        To be executed with a list of mappings of all columns.
    """
    statement = _INSERTS[kind](table)
    given = statement.excluded
    changed = {column.name: given[column.name] for column in table.c if not column.primary_key}
    keys = [column.name for column in table.primary_key]
    replacing: Executable = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    return replacing
