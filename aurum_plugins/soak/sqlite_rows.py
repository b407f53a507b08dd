"""Reading SQLite files that another process may be writing to."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any


def read(database: Path, query: str) -> list[dict[str, Any]]:
    """Rows that a query finds; a column `figures` is read as JSON.

    Raises
    ------
    sqlite3.Error
        If the file is not there, is damaged, or lacks what the query names.
    """
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute(query)]
    for row in rows:
        if isinstance(row.get("figures"), str):
            row["figures"] = json.loads(row["figures"])
    return rows


def integrity(*databases: Path) -> list[str]:
    """What SQLite finds wrong with files; empty if nothing is."""
    wrong = []
    for database in databases:
        try:
            answers = [row["integrity_check"] for row in read(database, "PRAGMA integrity_check")]
        except sqlite3.DatabaseError as error:
            answers = [str(error)]
        wrong += [f"{database.name}: {answer}" for answer in answers if answer != "ok"]
    return wrong
