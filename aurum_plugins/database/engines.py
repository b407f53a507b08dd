"""A SQLAlchemy engine for each kind of database, set up alike."""

from __future__ import annotations

import math
import sqlite3
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import InvalidRequestError

if TYPE_CHECKING:
    import psycopg

# Set on a connection by `Database`, read when its transaction begins.
WRITING = "aurum_writing"
DURABLE = "aurum_durable"
_MS = 1_000
# libpq takes fewer for 2.
_LEAST_CONNECT_SECONDS = 2


def build_engine(url: URL, timeout_seconds: float) -> Engine:
    """An engine that waits for nothing longer than it is told to; nothing is opened yet.

    In columns of JSON a NaN or infinity becomes null: PostgreSQL takes neither.

    Parameters
    ----------
    url : sqlalchemy.URL
        As `parse_address` gives it.
    timeout_seconds : float
        Longest wait for a lock, a free connection and, on PostgreSQL, an answer.
    """
    build = _sqlite if url.get_backend_name() == "sqlite" else _postgresql
    return build(url, timeout_seconds)


def _sqlite(url: URL, timeout_seconds: float) -> Engine:
    # In memory each connection is a database of its own, so threads take turns with one.
    sizes = {} if url.database else {"pool_size": 1, "max_overflow": 0}
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_timeout=timeout_seconds,
        connect_args={"timeout": timeout_seconds, "check_same_thread": False},
        json_serializer=_json,
        json_deserializer=orjson.loads,
        **sizes,
    )

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        # Python's own transactions would begin late and deferred; `begun` begins them.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        options = connection.get_execution_options()
        writing, durable = options.get(WRITING, False), options.get(DURABLE, False)
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        # A deferred transaction that comes to write fails at once if somebody wrote meanwhile.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgresql(url: URL, timeout_seconds: float) -> Engine:
    # To PostgreSQL 0 is for ever.
    timeout_ms = max(2, round(timeout_seconds * _MS))
    waits: dict[str, Any] = {
        "connect_timeout": max(_LEAST_CONNECT_SECONDS, math.ceil(timeout_seconds)),
        # A server that vanished without a word is given up, too.
        "tcp_user_timeout": timeout_ms,
        "application_name": "aurumbotx",
    }
    given = {key: value for key, value in waits.items() if key not in url.query}
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=timeout_seconds,
        connect_args=given,
        json_serializer=_json,
        json_deserializer=orjson.loads,
    )

    @event.listens_for(engine, "connect")
    def connected(connection: psycopg.Connection[Any], _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {timeout_ms}")
            # A little less, so that a lock is named as what was waited for.
            cursor.execute(f"SET lock_timeout = {timeout_ms * 9 // 10}")
            # Compiling a question would take a hundred times as long as answering it.
            cursor.execute("SET jit = off")
            # A session that hangs in a transaction would hold its locks for ever.
            cursor.execute(f"SET idle_in_transaction_session_timeout = {60 * _MS}")
        connection.commit()

    return engine


def _json(value: object) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    except TypeError as error:
        # psycopg lets any other error through as it is.
        raise InvalidRequestError(f"not a value for JSON: {error}") from error
