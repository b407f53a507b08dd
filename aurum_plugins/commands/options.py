"""Options that several subcommands have."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from aurum_plugins.errors import ConfigurationError

ConfigFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--config",
        "-c",
        help="freqtrade configuration; user_data/config.json by default. Repeatable.",
    ),
]
DATA_PANEL = "Data"
Pairs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PAIR",
        help="Pairs such as BTC/USDT; every pair with candles by default.",
        show_default=False,
    ),
]
CandleDirectory = Annotated[
    Path | None,
    typer.Option(
        "--datadir",
        "-d",
        metavar="DIRECTORY",
        help="Folder of freqtrade's feather files; the configuration's by default.",
        rich_help_panel=DATA_PANEL,
    ),
]
ForecastTimeframe = Annotated[
    str | None,
    typer.Option(
        "--timeframe",
        "-t",
        help="Candles to forecast, for example 1h; the configuration's by default.",
        rich_help_panel=DATA_PANEL,
    ),
]

Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Train on the workers of a Dask cluster instead, such as tcp://127.0.0.1:8786; see "
        "docs/scale.md.",
    ),
]


def utc_moment(option: str, text: str | None) -> datetime | None:
    """Read a date or time; UTC where it names no time zone.

    Parameters
    ----------
    option : str
        Named in the error.
    text : str or None
        ISO 8601; None where the option was not given.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the text is neither a date nor a time.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        rule = "must be a date or time such as 2023-06-01 or 2023-06-01T12:00 (UTC)"
        raise ConfigurationError(option, rule, text) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
