"""What the database says of one bot, in figures."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.clock import DAY_MS
from aurum_plugins.commands.distinct_values import distinct_values
from aurum_plugins.database.database import Database
from aurum_plugins.database.schema import decisions, equity_marks, orders
from aurum_plugins.errors import ConfigurationError

# Of an order that may be on the exchange without the bot knowing.
UNSETTLED = ("leaving", "unknown")
_LATE_CANDLES = 2


@dataclass(frozen=True)
class LastDecision:
    """The newest candle that a bot decided on.

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


@dataclass(frozen=True)
class EquityMark:
    """What the account was last worth.

    Attributes
    ----------
    at_ms : int
        UTC milliseconds.
    equity, exposure : float
        Quote currency.
    drawdown : float
        Below the peak; 0.2 is 20 %.
    """

    at_ms: int
    equity: float
    exposure: float
    drawdown: float


@dataclass(frozen=True)
class BotOverview:
    """How one bot is doing.

    Attributes
    ----------
    last_decision : LastDecision or None
        None: it never decided anything.
    verdicts : dict of str to int
        Decisions on candles of the last 24 hours, by verdict.
    unsettled_orders : dict of str to int
        Orders of which it is not known whether the exchange took them, by state.
    equity : EquityMark or None
        None: it was never marked.
    """

    last_decision: LastDecision | None
    verdicts: dict[str, int]
    unsettled_orders: dict[str, int]
    equity: EquityMark | None


def bot_overview(database: Database, bot: str, now_ms: int) -> BotOverview:
    """Look a bot up.

    Parameters
    ----------
    database : Database
    bot : str
        As `aurum_plugins.bot_identity` names it.
    now_ms : int
        UTC milliseconds.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    """
    with database.reading() as connection:
        return BotOverview(
            last_decision=_last_decision(connection, bot),
            verdicts=_verdicts(connection, bot, now_ms - DAY_MS),
            unsettled_orders=_unsettled_orders(connection, bot),
            equity=_equity(connection, bot),
        )


def _last_decision(connection: Connection, bot: str) -> LastDecision | None:
    columns = decisions.c
    found = []
    for timeframe in distinct_values(connection, columns.timeframe, columns.bot == bot):
        query = select(columns.candle_ms, columns.decided_ms).where(
            columns.bot == bot, columns.timeframe == timeframe
        )
        newest = connection.execute(query.order_by(columns.candle_ms.desc()).limit(1)).one()
        found.append(LastDecision(timeframe, newest.candle_ms, newest.decided_ms))
    return max(found, key=lambda decision: decision.decided_ms, default=None)


def _verdicts(connection: Connection, bot: str, since_ms: int) -> dict[str, int]:
    columns = decisions.c
    counts = {}
    for verdict in distinct_values(connection, columns.verdict, columns.bot == bot):
        query = select(func.count()).where(
            columns.bot == bot, columns.verdict == verdict, columns.candle_ms >= since_ms
        )
        counts[verdict] = connection.execute(query).scalar_one()
    return {verdict: number for verdict, number in counts.items() if number}


def _unsettled_orders(connection: Connection, bot: str) -> dict[str, int]:
    columns = orders.c
    query = select(columns.state, func.count().label("number")).where(
        columns.bot == bot, columns.state.in_(UNSETTLED)
    )
    counted = connection.execute(query.group_by(columns.state))
    return {row.state: row.number for row in counted}


def _equity(connection: Connection, bot: str) -> EquityMark | None:
    columns = equity_marks.c
    query = select(columns.at_ms, columns.equity, columns.exposure, columns.drawdown).where(
        columns.bot == bot
    )
    row = connection.execute(query.order_by(columns.at_ms.desc()).limit(1)).first()
    return None if row is None else EquityMark(*row)
