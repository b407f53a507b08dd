"""Everything of the monitor's that needs the database to be there."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import URL

from aurum_plugins.database import Database, open_database
from aurum_plugins.database.address import shown
from aurum_plugins.monitoring.alerting import Alerting
from aurum_plugins.monitoring.no_database_yet import NoDatabaseYet
from aurum_plugins.monitoring.snapshot.read_snapshot import SnapshotReader

# A bot's write takes milliseconds, and the next look comes in two seconds.
PATIENCE_SECONDS: Final = 2.0


class WatchedDatabase:
    """A reader, and alerts if any are raised, over one open database.

    Parameters
    ----------
    database : Database
        Closed with this.
    reader : SnapshotReader
    alerting : Alerting or None
        Begins to tell here.
    """

    def __init__(
        self, database: Database, reader: SnapshotReader, alerting: Alerting | None
    ) -> None:
        self._database = database
        self.reader = reader
        self.alerting = alerting
        if alerting is not None:
            alerting.start()

    def close(self) -> None:
        """End threads and connections."""
        if self.alerting is not None:
            self.alerting.stop()
        self._database.close()


def open_watched(url: URL) -> Database:
    """Open the database of the bots; it is neither made nor changed.

    Raises
    ------
    aurum_plugins.monitoring.no_database_yet.NoDatabaseYet
        If there is no file.
    aurum_plugins.database.DatabaseUnavailable
        If it cannot be used.
    """
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise NoDatabaseYet(shown(url), f"no bot made one yet in {Path.cwd()}")
    return open_database(url, migrate=False, timeout_seconds=PATIENCE_SECONDS)
