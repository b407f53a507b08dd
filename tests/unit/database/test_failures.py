"""What drivers say, in words: each code has a reason, and unknown ones are passed on."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import (
    ArgumentError,
    IntegrityError,
    OperationalError,
)
from sqlalchemy.exc import (
    TimeoutError as NoFreeConnection,
)

from aurum_plugins.database.errors import DatabaseUnavailable, RecordConflict
from aurum_plugins.database.failures import unavailable
from aurum_plugins.errors import AurumError

URL = "sqlite:///a.sqlite"


def of_sqlite(code: int) -> OperationalError:
    cause = sqlite3.OperationalError("said so")
    cause.sqlite_errorcode = code
    return OperationalError("SELECT 1", {}, cause)


def of_server(state: str | None, said: str = "said so\nDETAIL: more") -> OperationalError:
    cause = psycopg.OperationalError(said)
    cause.sqlstate = state
    return OperationalError("SELECT 1", {}, cause)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (sqlite3.SQLITE_BUSY, "it is locked"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "it is locked"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "it cannot be written to"),
        (sqlite3.SQLITE_IOERR_WRITE, "the disk failed, or is full"),
        (sqlite3.SQLITE_CORRUPT, "the file is damaged"),
        (sqlite3.SQLITE_FULL, "the disk is full"),
        (sqlite3.SQLITE_CANTOPEN, "the file cannot be opened"),
        (sqlite3.SQLITE_NOTADB, "the file is not an SQLite database"),
        (sqlite3.SQLITE_MISMATCH, "said so"),
    ],
)
def test_codes_of_sqlite(code, reason) -> None:
    error = unavailable(URL, of_sqlite(code))
    assert error.reason.startswith(reason)
    assert "said so" in error.reason
    assert str(error) == f"database {URL}: {error.reason}"


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("28P01", "the server does not accept the user or the password (said so)"),
        ("3D000", "the server has no database of this name: create it (said so)"),
        ("53100", "the disk is full (said so)"),
        ("53300", "the server takes no more connections (said so)"),
        ("55P03", "it is locked: somebody has been writing for too long (said so)"),
        ("57014", "an answer took too long (said so)"),
        ("57P01", "the server is starting or shutting down (said so)"),
        ("57P03", "the server is starting or shutting down (said so)"),
        ("08006", "the server does not answer (said so)"),
        ("XX001", "the server found its data damaged, or failed inside (said so)"),
        ("22003", "said so"),
    ],
)
def test_codes_of_postgresql(state, reason) -> None:
    assert unavailable(URL, of_server(state)).reason == reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('FATAL:  password authentication failed for user "a"', "the server does not accept"),
        ("fe_sendauth: no password supplied", "the server does not accept"),
        ('FATAL:  role "a" does not exist', "the server does not accept"),
        ('FATAL:  no pg_hba.conf entry for host "h", database "d"', "the server does not accept"),
        ('FATAL:  database "d" does not exist', "the server has no database"),
        ("FATAL:  sorry, too many clients already", "the server takes no more"),
        ("FATAL:  the database system is starting up", "the server is starting"),
        ("FATAL:  the database system is shutting down", "the server is starting"),
        ("connection refused", "the server does not answer"),
        ("connection timeout expired", "the server does not answer"),
        ("failed to resolve host 'h'", "the server does not answer"),
        ("server closed the connection unexpectedly", "the server does not answer"),
        ("something else", "something else"),
    ],
)
def test_what_is_said_before_there_is_a_connection(said, reason) -> None:
    assert unavailable(URL, of_server(None, said)).reason.startswith(reason)


def test_errors_of_other_kinds() -> None:
    conflict = unavailable(URL, IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE")))
    assert type(conflict) is RecordConflict
    assert isinstance(conflict, DatabaseUnavailable)
    assert isinstance(conflict, AurumError)
    assert conflict.reason == "a row breaks a rule of its table: UNIQUE"
    assert unavailable(URL, NoFreeConnection()).reason == "all of its connections are in use"
    assert unavailable(URL, OSError(28, "No space left")).reason == "No space left"
    assert unavailable(URL, OSError(28, "No space left", "/a")).reason == "/a: No space left"
    assert unavailable(URL, OSError()).reason == "OSError"
    assert unavailable(URL, ArgumentError("torn")).reason == "torn"
    assert unavailable(URL, sqlite3.DatabaseError("no such table: x")).reason == (
        "a table is missing: run `aurum database upgrade` (no such table: x)"
    )
