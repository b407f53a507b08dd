"""A bot's risk state and equity curve in the database."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table, insert, select, update

from aurum_plugins.clock import Clock
from aurum_plugins.database import Database
from aurum_plugins.database.schema import equity_marks, risk_states
from aurum_plugins.risk.account import Account
from aurum_plugins.risk.risk_state import RiskState


class RiskStates:
    """Keeps one bot's `RiskState`.

    Parameters
    ----------
    database : Database
    bot : str
        See `aurum_plugins.bot_identity`.
    clock : Clock
    """

    def __init__(self, database: Database, bot: str, clock: Clock) -> None:
        self._database = database
        self._bot = bot
        self._clock = clock

    def load(self) -> RiskState | None:
        """The state as last saved.

        Raises
        ------
        aurum_plugins.database.DatabaseUnavailable
            If it cannot be read.
        aurum_plugins.risk.errors.DamagedRiskState
            If it makes no sense.
        """
        with self._database.reading() as connection:
            query = select(risk_states.c.state).where(risk_states.c.bot == self._bot)
            written = connection.execute(query).scalar_one_or_none()
        return None if written is None else RiskState.from_json(written)

    def save(self, state: RiskState, account: Account, drawdown: float) -> None:
        """Save the state, and a point of the equity curve at this moment."""
        now_ms = self._clock.now_ms()
        mark = {"equity": account.equity, "exposure": account.exposure, "drawdown": drawdown}
        with self._database.writing() as connection:
            written = {"state": state.to_json(), "at_ms": now_ms}
            _put(connection, risk_states, {"bot": self._bot}, written)
            _put(connection, equity_marks, {"bot": self._bot, "at_ms": now_ms}, mark)


def _put(
    connection: Connection, table: Table, key: Mapping[str, object], values: Mapping[str, object]
) -> None:
    """Write a row, whether it is there already or not; one process writes a bot's rows."""
    same = [table.c[name] == value for name, value in key.items()]
    if not connection.execute(update(table).where(*same).values(values)).rowcount:
        connection.execute(insert(table).values({**key, **values}))
