"""A study in a PostgreSQL database, which processes on several machines may share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from optuna.storages import RDBStorage
from sqlalchemy import URL, Connection, create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from aurum_plugins.database.address import shown

_CONNECT = {"connect_timeout": 10}


class StudyServer:
    """A database, and the advisory locks by which processes take turns.

    A lock ends with the connection of who holds it, so one that was killed stands in nobody's way.

    Parameters
    ----------
    url : sqlalchemy.URL
        As `aurum_plugins.database.address.parse_address` gives it.
    study : str
        Locks are of one study.

    Attributes
    ----------
    where : str
        As errors show it: without the password.
    shared : bool
        Whether other processes may be at work on it.
    """

    shared = True

    def __init__(self, url: URL, study: str) -> None:
        self.where = shown(url)
        self._url = url
        self._study = study
        self._engine = create_engine(
            url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=_CONNECT
        )
        self._first: Connection | None = None

    def take(self) -> None:
        """Others may be at work on it."""

    def leave(self) -> None:
        """End every connection of the locks."""
        self.leave_first()

    def storage(self) -> RDBStorage:
        """Open it, and make its tables if need be."""
        address = self._url.render_as_string(hide_password=False)
        return RDBStorage(address, {"pool_pre_ping": True, "connect_args": _CONNECT})

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until no other process is inside, and keep them out."""
        with self._engine.connect() as connection:
            connection.execute(select(func.pg_advisory_lock(self._key("turn"))))
            yield

    def take_first(self) -> bool:
        """Whether this process may make the first trial: no other is at it."""
        if self._first is None:
            connection = self._engine.connect()
            if not connection.scalar(select(func.pg_try_advisory_lock(self._key("first")))):
                connection.close()
                return False
            self._first = connection
        return True

    def leave_first(self) -> None:
        """The first trial was made, or broken off."""
        connection, self._first = self._first, None
        if connection is not None:
            try:
                connection.close()
            except SQLAlchemyError:
                # The server is gone, and the lock with it.
                return

    def _key(self, purpose: str) -> int:
        digest = hashlib.sha256(f"aurum {purpose} {self._study}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)
