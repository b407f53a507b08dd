"""What a database holds, for people to look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from aurum_plugins.database.database import Database
from aurum_plugins.database.errors import DatabaseUnavailable
from aurum_plugins.database.failures import DAMAGED
from aurum_plugins.database.schema import metadata
from aurum_plugins.database.schema_version import stored_version


@dataclass(frozen=True)
class DatabaseStatus:
    """A database at one moment.

    Attributes
    ----------
    url : str
        Without password and parameters.
    kind : str
        "sqlite" or "postgresql".
    version : str or None
        Of the tables.
    rows : dict of str to int
        How many rows each table has.
    size_bytes : int
        On the disk, indexes and SQLite's log included.
    """

    url: str
    kind: str
    version: str | None
    rows: dict[str, int]
    size_bytes: int


def read_status(database: Database) -> DatabaseStatus:
    """Count the rows, and check the file of an SQLite database from end to end.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        Also if the check finds the file damaged. PostgreSQL looks after its own.
    """
    sqlite = database.kind == "sqlite"
    with database.reading() as connection:
        if sqlite:
            _check(database, connection)
        return DatabaseStatus(
            url=database.url,
            kind=database.kind,
            version=stored_version(connection),
            rows={
                name: connection.scalar(select(func.count()).select_from(table)) or 0
                for name, table in sorted(metadata.tables.items())
            },
            size_bytes=_file_size(database) if sqlite else _size_on_server(connection),
        )


def _file_size(database: Database) -> int:
    if not database.persistent:
        return 0
    path = Path(str(database.engine.url.database))
    files = [path, path.with_name(f"{path.name}-wal")]
    return sum(file.stat().st_size for file in files if file.exists())


def _size_on_server(connection: Connection) -> int:
    size = text("SELECT pg_total_relation_size(to_regclass(:name))")
    sizes = [connection.scalar(size, {"name": name}) for name in metadata.tables]
    return sum(size or 0 for size in sizes)


def _check(database: Database, connection: Connection) -> None:
    said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if said != "ok":
        raise DatabaseUnavailable(database.url, f"{DAMAGED} ({said})")
