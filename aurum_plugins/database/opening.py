"""Opening a database: made if there is none, its tables brought up to date."""

from __future__ import annotations

from typing import Final

from pydantic import SecretStr
from sqlalchemy import URL, Connection

from aurum_plugins.database.address import parse_address
from aurum_plugins.database.database import Database
from aurum_plugins.database.engines import build_engine
from aurum_plugins.database.errors import DatabaseUnavailable
from aurum_plugins.database.schema import metadata
from aurum_plugins.database.schema_version import HEAD, VERSIONS, foreign_tables, stored_version
from aurum_plugins.database.sqlite_file import keep_write_ahead_log, turn_to_open

# How long whoever comes second waits for the other's migration.
_MIGRATION_SECONDS: Final = 60.0


def open_database(
    url: URL | SecretStr | str, *, migrate: bool = True, timeout_seconds: float = 2.0
) -> Database:
    """Open a database whose tables are as this version of the code knows them.

    Parameters
    ----------
    url : sqlalchemy.URL, SecretStr or str
        See `database_url`.
    migrate : bool
        Whether to make the tables, or to bring them up to date, where that is needed. An SQLite
        file is made too (its folder is not), for its owner only.
    timeout_seconds : float
        Longest wait for a lock, a free connection or an answer.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the URL is of no use.
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database is, or its tables are those of another version or program.
    """
    address = url if isinstance(url, URL) else parse_address(url)
    with turn_to_open(address, make=migrate, timeout_seconds=_MIGRATION_SECONDS):
        database = Database(build_engine(address, timeout_seconds))
        try:
            _bring_up_to_date(database, migrate=migrate)
            keep_write_ahead_log(database)
        except BaseException:
            database.close()
            raise
    return database


def _bring_up_to_date(database: Database, *, migrate: bool) -> None:
    with database.reading() as connection:
        if _version(database, connection) == HEAD:
            return
    if not migrate:
        reason = "its tables are not up to date: run `aurum database upgrade`"
        raise DatabaseUnavailable(database.url, reason)
    # Alembic takes a while to load, and is needed once in a database's life.
    from aurum_plugins.database.migrations.upgrade import upgrade  # noqa: PLC0415

    # What is in memory is there for its own engine only.
    patient = (
        Database(build_engine(database.engine.url, _MIGRATION_SECONDS))
        if database.persistent
        else database
    )
    try:
        with patient.writing(durable=True) as connection:
            # Another process may have been first.
            if _version(database, connection) != HEAD:
                upgrade(connection)
    finally:
        if patient is not database:
            patient.close()


def _version(database: Database, connection: Connection) -> str | None:
    """The tables' version, if this code may use or upgrade them."""
    version = stored_version(connection)
    if version is None:
        foreign = foreign_tables(connection, metadata)
        if foreign:
            names = ", ".join(foreign)
            reason = f"it holds another program's tables ({names}): name one of AurumBotX's own"
            raise DatabaseUnavailable(database.url, reason)
    elif version not in VERSIONS:
        known = f"this AurumBotX knows {HEAD} at most: install the newer one again"
        raise DatabaseUnavailable(database.url, f"its tables have version {version}, {known}")
    return version
