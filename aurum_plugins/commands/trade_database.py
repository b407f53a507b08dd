"""freqtrade's own database of trades, to be read and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from aurum_plugins.database.address import shown
from aurum_plugins.database.errors import DatabaseUnavailable
from aurum_plugins.database.failures import unavailable
from aurum_plugins.errors import ConfigurationError

KEY: Final = "db_url"
# freqtrade's own defaults; what a live bot would use is not used by a dry run.
_LIVE: Final = "sqlite:///tradesv3.sqlite"
_DRY_RUN: Final = "sqlite:///tradesv3.dryrun.sqlite"


@contextmanager
def trade_database(settings: Mapping[str, Any]) -> Iterator[Connection]:
    """A connection to the trades of a configuration's bot, which may be running.

    Parameters
    ----------
    settings : mapping
        A whole freqtrade configuration.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If `db_url` is of no use.
    aurum_plugins.database.errors.DatabaseUnavailable
        If there is none yet, or it cannot be read.
    """
    url = trade_database_url(settings)
    engine = _engine(_only_read(url) if url.get_backend_name() == "sqlite" else url)
    # Elsewhere nothing but the queries themselves keeps from writing.
    options = {"postgresql_readonly": True} if engine.dialect.name == "postgresql" else {}
    try:
        with engine.connect() as connection:
            yield connection.execution_options(**options)
    except SQLAlchemyError as error:
        raise unavailable(shown(url), error) from error
    finally:
        engine.dispose()


def trade_database_url(settings: Mapping[str, Any]) -> URL:
    """Where freqtrade keeps the trades of a configuration's bot."""
    given = settings.get(KEY)
    if settings.get("dry_run", True) and given in (None, _LIVE):
        given = _DRY_RUN
    try:
        return make_url(str(given or _LIVE))
    except (ArgumentError, ValueError):
        # Without the value: a password may stand anywhere in a misspelt one.
        raise ConfigurationError(KEY, "must be the URL of a database", "(hidden)") from None


def _only_read(url: URL) -> URL:
    if url.database in {None, "", ":memory:"}:
        raise DatabaseUnavailable(shown(url), "it is in memory: only the bot itself can read it")
    path = Path(str(url.database))
    if not path.is_file():
        reason = f"freqtrade made no database of trades yet in {Path.cwd()}; see {KEY}"
        raise DatabaseUnavailable(shown(url), reason)
    query = {"mode": "ro", "uri": "true"}
    return URL.create("sqlite", database=path.resolve().as_uri(), query=query)


def _engine(url: URL) -> Engine:
    try:
        return create_engine(url)
    except (NoSuchModuleError, ImportError):
        rule = "must name a kind of database whose driver is installed"
        raise ConfigurationError(KEY, rule, f"{url.drivername}://") from None
