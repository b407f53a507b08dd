"""One open database, and errors that name what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Self

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from aurum_plugins.database.address import shown
from aurum_plugins.database.engines import DURABLE, WRITING
from aurum_plugins.database.errors import DatabaseUnavailable
from aurum_plugins.database.failures import unavailable
from aurum_plugins.database.same_file import SameFile

# Any number, as long as nobody else locks with it: "AURUM" in ASCII.
_WRITERS_LOCK: Final = 0x415552554D
_SNAPSHOT: Final = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Database:
    """An open database; threads may share it.

    Both kinds behave alike: whoever reads sees one moment, and one writes at a time, so what was
    read inside `writing` still holds when it is committed. Every failure inside either, or at the
    commit, comes out as a `DatabaseUnavailable`.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        As `build_engine` makes it.

    Attributes
    ----------
    engine : sqlalchemy.Engine
    url : str
        Without password and parameters.
    kind : str
        "sqlite" or "postgresql".
    persistent : bool
        False in memory, where everything ends with the process.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.url = shown(engine.url)
        self.kind = engine.dialect.name
        self.persistent = engine.url.database is not None
        path = engine.url.database if self.kind == "sqlite" else None
        self._file = None if path is None else SameFile(path, self.url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that reads, and cannot write.

        Raises
        ------
        aurum_plugins.database.errors.DatabaseUnavailable
        """
        options = _SNAPSHOT if self.kind == "postgresql" else {}
        with self._connection(options) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[Connection]:
        """A connection whose work is committed at the end, or undone if an error was raised.

        Not to be nested: the inner one would wait for the outer.

        Parameters
        ----------
        durable : bool
            Whether a commit survives a power cut at once, which costs SQLite a few milliseconds.
            Otherwise SQLite may lose the last seconds then (never a part of a transaction); a
            killed process loses nothing either way. PostgreSQL's commits always survive.

        Raises
        ------
        aurum_plugins.database.errors.DatabaseUnavailable
        """
        options = {WRITING: True, DURABLE: durable}
        with self._connection(options) as connection, connection.begin():
            if self.kind == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_WRITERS_LOCK)))
            yield connection
            if self._is_undone(connection):
                # Without this the commit of what is no longer there would pass for a success.
                raise DatabaseUnavailable(self.url, "an error before undid the transaction")

    def close(self) -> None:
        """Close every connection; a later use opens new ones."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _connection(self, options: dict[str, Any]) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                if self._file is not None:
                    self._file.check()
                yield connection.execution_options(**options)
        except SQLAlchemyError as error:
            raise unavailable(self.url, error) from error

    def _is_undone(self, connection: Connection) -> bool:
        """Whether somebody swallowed an error that ended the transaction."""
        driver: Any = connection.connection.dbapi_connection
        if self.kind == "postgresql":
            return bool(driver.info.transaction_status.name != "INTRANS")
        return not driver.in_transaction
