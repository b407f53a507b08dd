"""Where a study is kept, as the command line names it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL

from aurum_plugins.database.address import parse_address, shown
from aurum_plugins.errors import ConfigurationError

_OPTION = "--storage"


def study_place(text: str) -> Path | URL:
    """An SQLite file, or a PostgreSQL database.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        For the URL of anything else, or if PostgreSQL's client is not installed.
    """
    if "://" not in text:
        return Path(text)
    url = parse_address(text, _OPTION)
    if url.get_backend_name() != "postgresql":
        rule = "must be postgresql://user@host/name, or an SQLite file by its plain path"
        raise ConfigurationError(_OPTION, rule, shown(url))
    return url
