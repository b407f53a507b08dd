"""A bot's journal, whatever its timeframe."""

from __future__ import annotations

from aurum_plugins.database.database import Database
from aurum_plugins.execution.journal_reader import JournalReader
from aurum_plugins.monitoring.last_decision import last_decision


def bot_journal(database: Database, bot: str) -> JournalReader | None:
    """The journal on the timeframe that a bot decided on last; None if it never decided anything.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    aurum_plugins.errors.ConfigurationError
        If that timeframe has no fixed length.
    """
    last = last_decision(database, bot)
    return None if last is None else JournalReader(database, bot, last.timeframe)
