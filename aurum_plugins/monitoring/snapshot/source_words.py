"""The sources of news as their collectors last wrote them down."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from aurum_plugins.clock import DAY_MS
from aurum_plugins.database.database import Database
from aurum_plugins.database.schema import sentiment_sources
from aurum_plugins.monitoring.snapshot.bot_snapshot import SourceWord
from aurum_plugins.sentiment.one_line import one_line

# A source that nobody has polled for so long is no longer wanted.
_WANTED_MS: Final = 7 * DAY_MS


def source_words(
    database: Database,
    bot: str,  # noqa: ARG001 - as every section
    now_ms: int,
) -> tuple[SourceWord, ...]:
    """The sources polled in the last week, by any bot or collector, in alphabetical order.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    """
    columns = sentiment_sources.c
    query = select(sentiment_sources).where(columns.polled_ms >= now_ms - _WANTED_MS)
    with database.reading() as connection:
        rows = connection.execute(query.order_by(columns.source)).all()
    return tuple(
        SourceWord(row.source, row.polled_ms, row.answered_ms, one_line(row.fault), row.items)
        for row in rows
    )
