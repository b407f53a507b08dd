"""Bring a database's tables to the shape that this version of the code knows."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

# Alembic's `context` and `op` are the process's, not the thread's.
_ONE_AT_A_TIME = threading.Lock()


def upgrade(connection: Connection) -> None:
    """Run the migrations that are still to be run, inside the connection's transaction.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Of `Database.writing`: nobody else writes meanwhile, and an error undoes every step.
    """
    config = Config()
    # A configuration's "%" begins an interpolation.
    folder = str(Path(__file__).parent).replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.attributes["connection"] = connection
    with _ONE_AT_A_TIME:
        command.upgrade(config, "head")
