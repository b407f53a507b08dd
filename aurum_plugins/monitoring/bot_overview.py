"""What the database says of one bot, in figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from aurum_plugins.database.database import Database
from aurum_plugins.database.schema import equity_marks
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.monitoring.last_decision import LastDecision, last_decision
from aurum_plugins.monitoring.snapshot.decision_counts import decision_counts
from aurum_plugins.monitoring.unsettled_orders import unsettled_orders


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
    verdicts : mapping of str to int
        Decisions on candles that closed in the last 24 hours, by verdict.
    unsettled_orders : mapping of str to int
        Orders of which it is not known whether the exchange took them, by state.
    equity : EquityMark or None
        None: it was never marked.
    """

    last_decision: LastDecision | None
    verdicts: Mapping[str, int]
    unsettled_orders: Mapping[str, int]
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
    return BotOverview(
        last_decision=last_decision(database, bot),
        verdicts=_verdicts(database, bot, now_ms),
        unsettled_orders=unsettled_orders(database, bot).states,
        equity=_equity(database, bot),
    )


def _verdicts(database: Database, bot: str, now_ms: int) -> Mapping[str, int]:
    try:
        return decision_counts(database, bot, now_ms).verdicts
    except ConfigurationError:
        # A timeframe without a fixed length: nobody knows when its candles closed.
        return {}


def _equity(database: Database, bot: str) -> EquityMark | None:
    columns = equity_marks.c
    query = select(columns.at_ms, columns.equity, columns.exposure, columns.drawdown).where(
        columns.bot == bot
    )
    with database.reading() as connection:
        row = connection.execute(query.order_by(columns.at_ms.desc()).limit(1)).first()
    return None if row is None else EquityMark(*row)
