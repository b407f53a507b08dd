"""Which database the records are kept in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from pydantic import SecretStr, model_validator
from sqlalchemy import URL

from aurum_plugins.database.address import KEY, parse_address
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.settings import Section

ENVIRONMENT_VARIABLE: Final = "AURUM_DATABASE_URL"
FILE: Final = "aurum.sqlite"


class DatabaseSettings(Section):
    """The database.

    Attributes
    ----------
    url : SecretStr or None
        For example `postgresql://user:password@host/name`; None is `aurum.sqlite` in the user data
        folder.
    """

    section: ClassVar[str] = "aurum.database"

    url: SecretStr | None = None

    @model_validator(mode="before")
    @classmethod
    def _hide(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Refuse without quoting what was received: it may hold a password."""
        for key in given:
            if key not in cls.model_fields:
                rule = f"unknown setting; known are {', '.join(sorted(cls.model_fields))}"
                raise ConfigurationError(f"{cls.section}.{key}", rule, "(hidden)")
        url = given.get("url")
        if url is None:
            return given
        if not isinstance(url, str | SecretStr):
            raise ConfigurationError(KEY, "must be a text", type(url).__name__)
        parse_address(url)
        return {"url": SecretStr(url) if isinstance(url, str) else url}


def database_url(config: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> URL:
    """The database that a configuration means.

    `AURUM_DATABASE_URL` goes before the configuration's `aurum.database.url`, and that before
    `aurum.sqlite` in `user_data_dir`.

    Parameters
    ----------
    config : mapping
        A whole freqtrade configuration.
    environment : mapping of str to str
        The process's by default; an empty variable counts as none.

    Returns
    -------
    sqlalchemy.URL
        Its `str` and `repr` hide the password.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If it is no URL of an SQLite file or a PostgreSQL database.
    """
    given = environment.get(ENVIRONMENT_VARIABLE, "").strip()
    if given:
        return parse_address(given, ENVIRONMENT_VARIABLE)
    url = DatabaseSettings.from_config(config).url
    if url is not None:
        return parse_address(url)
    folder = Path(config.get("user_data_dir") or "user_data")
    return URL.create("sqlite", database=str(folder / FILE))
