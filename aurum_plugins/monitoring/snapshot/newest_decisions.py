"""The newest decision on each pair that a bot trades."""

from __future__ import annotations

from typing import Final

from aurum_plugins.clock import DAY_MS
from aurum_plugins.database.database import Database
from aurum_plugins.execution.decision import Decision
from aurum_plugins.monitoring.bot_journal import bot_journal

MOST_PAIRS: Final = 500


def newest_decisions(
    database: Database,
    bot: str,
    now_ms: int,  # noqa: ARG001 - as every section
    most: int = MOST_PAIRS,
) -> tuple[Decision, ...]:
    """The newest decision on each pair, by their names in alphabetical order.

    Pairs on which nothing was decided in the day before the bot's newest candle have left its list,
    and are left out.

    Parameters
    ----------
    database : Database
    bot : str
    now_ms : int
        UTC milliseconds.
    most : int
        So many pairs at most, those decided last.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    aurum_plugins.errors.ConfigurationError
        If the timeframe has no fixed length.
    """
    journal = bot_journal(database, bot)
    found = [] if journal is None else journal.newest()
    last_ms = max((decision.candle_ms for decision in found), default=0)
    recent = [decision for decision in found if decision.candle_ms >= last_ms - DAY_MS]
    recent.sort(key=lambda decision: (-decision.candle_ms, decision.pair))
    return tuple(sorted(recent[:most], key=lambda decision: decision.pair))
