"""Which shape a database's tables have; read at each start, so without Alembic."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, MetaData, String, column, inspect, select, table

# A database may be shared with Optuna, which keeps its own version in `alembic_version`.
VERSION_TABLE: Final = "aurum_version"
# The migrations, the oldest first; a test holds them against the files.
VERSIONS: Final = ("0001", "0002", "0003", "0004")
HEAD: Final = VERSIONS[-1]

_versions = table(VERSION_TABLE, column("version_num", String))


def stored_version(connection: Connection) -> str | None:
    """The last migration that a database has been through; None before the first."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(select(_versions.c.version_num))


def foreign_tables(connection: Connection, ours: MetaData) -> list[str]:
    """Tables with names of ours in a database that has not been through any migration."""
    return sorted(set(inspect(connection).get_table_names()) & set(ours.tables))
