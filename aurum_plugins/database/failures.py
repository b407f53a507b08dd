"""What a driver's error means, in words."""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from aurum_plugins.database.errors import DatabaseUnavailable, RecordConflict

_LOCKED = "it is locked: somebody has been writing for too long"
_FULL = "the disk is full"
_READ_ONLY = "it cannot be written to: the file, its folder, or the connection is read-only"
_TABLE_MISSING = "a table is missing: run `aurum database upgrade`"
DAMAGED: Final = "the file is damaged: put it aside and restore a copy, or let a new one be made"
_AWAY = "the server does not answer"
_WRONG_PASSWORD = "the server does not accept the user or the password"  # noqa: S105
_NO_DATABASE = "the server has no database of this name: create it"
_BUSY_SERVER = "the server takes no more connections"
_RESTARTING = "the server is starting or shutting down"
_NOT_ALLOWED = "the user may not do this: give it rights to the tables and the schema"
_SLOW = "an answer took too long"

# SQLite's primary result codes.
_SQLITE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_IOERR: "the disk failed, or is full",
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened: does its folder exist, may it be used?",
    sqlite3.SQLITE_NOTADB: "the file is not an SQLite database",
}
_PRIMARY = 0xFF
# PostgreSQL's SQLSTATE, or the two characters of its class.
_SQLSTATE = {
    "25006": _READ_ONLY,
    "28": _WRONG_PASSWORD,
    "3D000": _NO_DATABASE,
    "42501": _NOT_ALLOWED,
    "42P01": _TABLE_MISSING,
    "53100": _FULL,
    "53300": _BUSY_SERVER,
    "55P03": _LOCKED,
    "57014": _SLOW,
    "57P": _RESTARTING,
    "08": _AWAY,
    "40": _LOCKED,
    "XX": "the server found its data damaged, or failed inside",
}
# What has no code: SQLite's own errors, and PostgreSQL's before a connection exists.
_TEXTS = {
    "no such table": _TABLE_MISSING,
    "no such column": _TABLE_MISSING,
    "starting up": _RESTARTING,
    "shutting down": _RESTARTING,
    "password": _WRONG_PASSWORD,
    "authentication": _WRONG_PASSWORD,
    "role ": _WRONG_PASSWORD,
    "pg_hba": _WRONG_PASSWORD,
    "database ": _NO_DATABASE,
    "too many clients": _BUSY_SERVER,
    "refused": _AWAY,
    "timeout": _AWAY,
    "resolve": _AWAY,
    "no such file": _AWAY,
    "closed": _AWAY,
}


def unavailable(url: str, error: SQLAlchemyError | sqlite3.Error | OSError) -> DatabaseUnavailable:
    """The error to raise in place of a driver's.

    Parameters
    ----------
    url : str
        Without a password.
    error : SQLAlchemyError, sqlite3.Error or OSError
    """
    if isinstance(error, IntegrityError):
        return RecordConflict(url, f"a row breaks a rule of its table: {_first_line(error.orig)}")
    if isinstance(error, NoFreeConnection):
        return DatabaseUnavailable(url, "all of its connections are in use")
    if isinstance(error, OSError):
        said = error.strerror or _first_line(error)
        return DatabaseUnavailable(url, f"{error.filename}: {said}" if error.filename else said)
    cause = error.orig if isinstance(error, DBAPIError) else error
    return DatabaseUnavailable(url, _reason(cause))


def _reason(cause: BaseException | None) -> str:
    said = _first_line(cause)
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and code & _PRIMARY in _SQLITE:
        return f"{_SQLITE[code & _PRIMARY]} ({said})"
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        for length in (5, 3, 2):
            if state[:length] in _SQLSTATE:
                return f"{_SQLSTATE[state[:length]]} ({said})"
        return said
    for text, reason in _TEXTS.items():
        if text in said.lower():
            return f"{reason} ({said})"
    return said


def _first_line(error: BaseException | None) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
