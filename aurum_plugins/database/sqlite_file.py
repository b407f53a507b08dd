"""An SQLite database's file: who may read it, and how it is written."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from aurum_plugins.database.address import shown
from aurum_plugins.database.database import Database
from aurum_plugins.database.errors import DatabaseUnavailable
from aurum_plugins.database.failures import unavailable

OWNER_ONLY: Final = 0o600
_LOG: Final = "wal"


@contextmanager
def turn_to_open(url: URL, *, make: bool, timeout_seconds: float) -> Iterator[None]:
    """Let processes that open the same file do so one after the other.

    The journal of a new file cannot be chosen while anybody else looks at it. Only opening takes
    turns; a database on a server, or in memory, needs none.

    Parameters
    ----------
    url : sqlalchemy.URL
    make : bool
        Whether to make a file that is missing, readable for its owner only.
    timeout_seconds : float

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the file, or its folder, is missing or cannot be used.
    """
    if url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    path = Path(url.database)
    if not path.parent.is_dir():
        raise DatabaseUnavailable(shown(url), f"the folder {path.parent} does not exist")
    if not make and not path.exists():
        raise DatabaseUnavailable(shown(url), "there is none yet: run `aurum database upgrade`")
    lock = FileLock(path.with_name(f"{path.name}.lock"), timeout_seconds, mode=OWNER_ONLY)
    try:
        lock.acquire()
    except Timeout:
        raise DatabaseUnavailable(shown(url), "another process is opening it") from None
    except OSError as error:
        raise unavailable(shown(url), error) from error
    try:
        if make:
            _make(path, url)
        yield
    finally:
        lock.release()


def keep_write_ahead_log(database: Database) -> None:
    """Switch the file to a write-ahead log: readers wait for no writer, a kill tears nothing.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the file is in use, or its file system is of no use for it.
    """
    if database.kind != "sqlite" or not database.persistent:
        return
    try:
        # Not inside a transaction, where the journal cannot be changed.
        with (
            closing(database.engine.raw_connection()) as connection,
            closing(connection.cursor()) as cursor,
        ):
            mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
            if mode != _LOG:
                mode = cursor.execute(f"PRAGMA journal_mode = {_LOG}").fetchone()[0]
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise unavailable(database.url, error) from error
    if mode != _LOG:
        reason = "its file system takes no write-ahead log: keep it in a local folder"
        raise DatabaseUnavailable(database.url, reason)


def _make(path: Path, url: URL) -> None:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
    except FileExistsError:
        return
    except OSError as error:
        raise unavailable(shown(url), error) from error
