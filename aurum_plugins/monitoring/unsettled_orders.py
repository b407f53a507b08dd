"""Orders of which nobody knows whether the exchange took them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from aurum_plugins.database.database import Database
from aurum_plugins.database.schema import orders
from aurum_plugins.execution.recorded_order import OrderState

# Such an order may be on the exchange without the bot knowing.
UNSETTLED: Final = (OrderState.LEAVING, OrderState.UNKNOWN)


@dataclass(frozen=True)
class UnsettledOrders:
    """Those of one bot.

    Attributes
    ----------
    states : dict of str to int
        How many there are in each state; those without are left out.
    oldest_ms : int or None
        When the first of them was sent, UTC milliseconds; None: there is none.
    """

    states: dict[str, int]
    oldest_ms: int | None

    @property
    def number(self) -> int:
        """In all states."""
        return sum(self.states.values())


def unsettled_orders(database: Database, bot: str) -> UnsettledOrders:
    """Count a bot's unsettled orders.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    """
    columns = orders.c
    query = select(
        columns.state, func.count().label("number"), func.min(columns.sent_ms).label("oldest_ms")
    ).where(columns.bot == bot, columns.state.in_([state.value for state in UNSETTLED]))
    with database.reading() as connection:
        rows = connection.execute(query.group_by(columns.state).order_by(columns.state)).all()
    return UnsettledOrders(
        states={row.state: row.number for row in rows},
        oldest_ms=min((row.oldest_ms for row in rows), default=None),
    )
