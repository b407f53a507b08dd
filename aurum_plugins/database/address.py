"""Which databases may be named, and how they are shown."""

from __future__ import annotations

import importlib.util
from typing import Final

from pydantic import SecretStr
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from aurum_plugins.errors import ConfigurationError

KEY: Final = "aurum.database.url"
_EXAMPLES = "sqlite:///user_data/aurum.sqlite or postgresql://user:password@host/name"
# What may stand before "://", and the driver that it means.
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_MEMORY = ":memory:"


def parse_address(given: SecretStr | str, key: str = KEY) -> URL:
    """Read a database's URL and complete it with the driver.

    Parameters
    ----------
    given : SecretStr or str
        For example `postgresql://user:password@host/name`; `sqlite://` alone is a database in
        memory, which ends with the process.
    key : str
        Named in errors.

    Returns
    -------
    sqlalchemy.URL
        Its `str` and `repr` hide the password.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If it is no URL, of another kind of database, or its driver is not installed. No error
        shows the URL: a password may stand anywhere in a misspelt one.
    """
    text = given.get_secret_value() if isinstance(given, SecretStr) else given
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        rule = f"must be the URL of a database, such as {_EXAMPLES}"
        raise ConfigurationError(key, rule, "(hidden)") from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        rule = f"must begin with sqlite:// or postgresql://, such as {_EXAMPLES}"
        raise ConfigurationError(key, rule, f"{url.drivername}://")
    url = url.set(drivername=driver)
    return _sqlite(url, key) if driver == "sqlite" else _postgresql(url, key)


def shown(url: URL) -> str:
    """A URL as it may be logged: without password and parameters."""
    return url.set(query={}).render_as_string(hide_password=True)


def _sqlite(url: URL, key: str) -> URL:
    if url.host or url.username or url.password or url.port:
        rule = "must have three slashes before a relative path and four before an absolute one"
        raise ConfigurationError(key, rule, "(hidden)")
    if url.query or (url.database or "").startswith("file:"):
        rule = "must be a plain path, without parameters"
        raise ConfigurationError(key, rule, "(hidden)")
    return URL.create("sqlite") if url.database in {None, "", _MEMORY} else url


def _postgresql(url: URL, key: str) -> URL:
    if not url.database:
        raise ConfigurationError(key, "must name a database behind the host", shown(url))
    if importlib.util.find_spec("psycopg") is None:
        rule = "needs PostgreSQL's client: pip install 'aurumbotx[postgres]'"
        raise ConfigurationError(key, rule, shown(url))
    return url
