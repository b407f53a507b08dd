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
