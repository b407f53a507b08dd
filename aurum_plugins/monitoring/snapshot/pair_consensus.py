"""What the venues said of each pair at its newest candle."""

from __future__ import annotations

from sqlalchemy import and_, select

from aurum_plugins.clock import DAY_MS
from aurum_plugins.database.database import Database
from aurum_plugins.database.newest_candles import newest_candles
from aurum_plugins.database.schema import consensus_marks
from aurum_plugins.monitoring.last_decision import last_decision
from aurum_plugins.monitoring.snapshot.bot_snapshot import PairConsensus


def pair_consensus(
    database: Database,
    bot: str,
    now_ms: int,  # noqa: ARG001 - as every section
) -> tuple[PairConsensus, ...]:
    """The newest word on each pair, on the timeframe that the bot decided on last.

    By the pairs' names in alphabetical order. Pairs without a word in the day before the newest one
    are left out.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    """
    last = last_decision(database, bot)
    if last is None:
        return ()
    columns = consensus_marks.c
    newest = newest_candles(consensus_marks, bot, last.timeframe)
    query = (
        select(
            *(columns.pair, columns.candle_ms, columns.price),
            *(columns.quality, columns.venues, columns.dissent),
        )
        .join(newest, and_(columns.pair == newest.c.pair, columns.candle_ms == newest.c.candle_ms))
        .where(columns.bot == bot, columns.timeframe == last.timeframe)
    )
    with database.reading() as connection:
        found = [PairConsensus(*row) for row in connection.execute(query)]
    last_ms = max((word.candle_ms for word in found), default=0)
    recent = (word for word in found if word.candle_ms >= last_ms - DAY_MS)
    return tuple(sorted(recent, key=lambda word: word.pair))
