"""The database that bots and the kill switch share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aurum_plugins.database.address import shown
from aurum_plugins.database.database import Database
from aurum_plugins.database.errors import DatabaseUnavailable
from aurum_plugins.database.opening import open_database
from aurum_plugins.database.settings import database_url

# More than a bot takes, which has to trade: whoever gives a command can wait for a lock.
_PATIENCE_SECONDS = 10.0


def open_bot_database(settings: Mapping[str, Any], *, migrate: bool = False) -> Database:
    """Open the database of a configuration's bots; a file that is not there is not made.

    A switch in a new file would stop nobody.

    Parameters
    ----------
    settings : mapping
        A whole freqtrade configuration.
    migrate : bool
        Whether to bring its tables up to date.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the configuration names no database that could be used.
    aurum_plugins.database.errors.DatabaseUnavailable
        If it cannot be used, or if there is none.
    """
    url = database_url(settings)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        reason = (
            f"no bot made one yet in {Path.cwd()}; if yours is elsewhere, run this in its folder, "
            "or name its configuration with --config"
        )
        raise DatabaseUnavailable(shown(url), reason)
    return open_database(url, migrate=migrate, timeout_seconds=_PATIENCE_SECONDS)
