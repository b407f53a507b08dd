"""Database files of desks in tests: made fast, and locked by somebody else."""

from __future__ import annotations

import functools
import shutil
import sqlite3
import tempfile
from pathlib import Path

from aurum_plugins.database import open_database


class LockedDatabase:
    """Another process that writes for too long."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("BEGIN IMMEDIATE")

    def release(self) -> None:
        self._connection.execute("ROLLBACK")
        self._connection.close()


def new_file(folder: Path) -> Path:
    """A database with empty tables, without the time that it takes to make one."""
    return Path(shutil.copy(_template(), folder / "aurum.sqlite"))


@functools.cache
def _template() -> Path:
    path = Path(tempfile.mkdtemp(prefix="aurum-desk-")) / "empty.sqlite"
    open_database(f"sqlite:///{path}").close()
    return path
