"""The last decisions that are worth telling."""

from __future__ import annotations

from typing import Final

from aurum_plugins.database.database import Database
from aurum_plugins.execution.decision import Decision
from aurum_plugins.monitoring.bot_journal import bot_journal

MOST_TOLD: Final = 50


def told_decisions(
    database: Database,
    bot: str,
    now_ms: int,  # noqa: ARG001 - as every section
    most: int = MOST_TOLD,
) -> tuple[Decision, ...]:
    """The last that ended with anything but the signal's own "no", the newest first.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    aurum_plugins.errors.ConfigurationError
        If the timeframe has no fixed length.
    """
    journal = bot_journal(database, bot)
    return () if journal is None else tuple(journal.told(most))
