"""What the migrations do to an empty SQLite database, done again without Alembic."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, text

from aurum_plugins.database.schema_version import VERSION_TABLE

Upgrade = Callable[[Connection], None]


class RecordedMigrations:
    """Stands in for `upgrade`, which it calls for the first empty database and all others.

    Alembic takes six times as long as the statements that it comes to, and hundreds of tests
    begin with a database of their own.

    Parameters
    ----------
    upgrade : callable
        That of `aurum_plugins.database.migrations.upgrade`.
    """

    def __init__(self, upgrade: Upgrade) -> None:
        self._upgrade = upgrade
        self._statements: list[str] = []

    def __call__(self, connection: Connection) -> None:
        """Make the tables, inside the connection's transaction."""
        if connection.dialect.name != "sqlite" or _made(connection):
            self._upgrade(connection)
        elif not self._statements:
            self._upgrade(connection)
            (version,) = connection.execute(text(f"SELECT * FROM {VERSION_TABLE}")).one()  # noqa: S608
            remember = f"INSERT INTO {VERSION_TABLE} VALUES ('{version}')"  # noqa: S608
            self._statements = [*_made(connection), remember]
        else:
            for statement in self._statements:
                connection.exec_driver_sql(statement)


def _made(connection: Connection) -> list[str]:
    """The statements that made what is in the database, the oldest first."""
    query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    return list(connection.execute(text(query)).scalars())
