"""The newest candle that a bot decided on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.database.database import Database
from aurum_plugins.database.distinct_values import distinct_values
from aurum_plugins.database.schema import decisions
from aurum_plugins.errors import ConfigurationError

_LATE_CANDLES = 2


@dataclass(frozen=True)
class LastDecision:
    """On the timeframe that a bot decided on last.

    Attributes
    ----------
    timeframe : str
    candle_ms : int
        When the candle opened, UTC milliseconds.
    decided_ms : int
        UTC milliseconds.
    """

    timeframe: str
    candle_ms: int
    decided_ms: int

    def is_late(self, now_ms: int) -> bool:
        """Whether more than two whole candles have passed since the candle closed.

        A timeframe without a fixed length, such as months, always counts as late.
        """
        try:
            interval = candle_interval_ms(self.timeframe)
        except ConfigurationError:
            return True
        return now_ms - self.candle_ms > (1 + _LATE_CANDLES) * interval


def last_decision(database: Database, bot: str) -> LastDecision | None:
    """What a bot decided last; None if it never decided anything.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    """
    columns = decisions.c
    found = []
    with database.reading() as connection:
        for timeframe in distinct_values(connection, columns.timeframe, columns.bot == bot):
            query = select(columns.candle_ms, columns.decided_ms).where(
                columns.bot == bot, columns.timeframe == timeframe
            )
            newest = connection.execute(query.order_by(columns.candle_ms.desc()).limit(1)).one()
            found.append(LastDecision(timeframe, newest.candle_ms, newest.decided_ms))
    return max(found, key=lambda decision: decision.decided_ms, default=None)
