"""A bot's risk state and equity curve in the database."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table, select

from aurum_plugins.clock import Clock
from aurum_plugins.database import Database
from aurum_plugins.database.schema import equity_marks, risk_states
from aurum_plugins.database.upsert import upsert
from aurum_plugins.risk.account import Account
from aurum_plugins.risk.errors import DamagedRiskState
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
        self._seen_ms: int | None = None

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
            query = select(risk_states.c.state, risk_states.c.at_ms)
            written = connection.execute(query.where(risk_states.c.bot == self._bot)).one_or_none()
        self._seen_ms = None if written is None else written.at_ms
        return None if written is None else RiskState.from_json(written.state)

    def changed(self) -> bool:
        """Whether somebody else wrote the state since it was loaded or saved here."""
        with self._database.reading() as connection:
            return self._written_ms(connection) != self._seen_ms

    def save(self, state: RiskState, account: Account, drawdown: float) -> bool:
        """Save the state, and a point of the equity curve at this moment.

        Returns
        -------
        bool
            False, and nothing is saved, if somebody else wrote the state in between.
        """
        with self._database.writing() as connection:
            if self._written_ms(connection) != self._seen_ms:
                return False
            # Never the same time twice: it tells one writing from the next.
            now_ms = max(self._clock.now_ms(), (self._seen_ms or 0) + 1)
            self._put(connection, risk_states, now_ms, {"state": state.to_json()})
            mark = {"equity": account.equity, "exposure": account.exposure, "drawdown": drawdown}
            self._put(connection, equity_marks, now_ms, mark)
        self._seen_ms = now_ms
        return True

    def lift(self) -> None:
        """Let the limits start anew: the next mark is the new peak, the day and the week begin.

        A running bot takes it up in its next loop. Trades that were counted stay counted.
        """
        try:
            state = self.load() or RiskState()
        except DamagedRiskState:
            state = RiskState()
        now_ms = self._clock.now_ms()
        # A trade that closed by a clock that was ahead does not hide those that close from now on.
        fresh = RiskState(counted=state.counted, newest_ms=min(state.newest_ms, now_ms))
        with self._database.writing(durable=True) as connection:
            at_ms = max(now_ms, (self._written_ms(connection) or 0) + 1)
            self._put(connection, risk_states, at_ms, {"state": fresh.to_json()})

    def _written_ms(self, connection: Connection) -> int | None:
        query = select(risk_states.c.at_ms).where(risk_states.c.bot == self._bot)
        written: int | None = connection.execute(query).scalar_one_or_none()
        return written

    def _put(
        self, connection: Connection, table: Table, at_ms: int, values: Mapping[str, object]
    ) -> None:
        row = {"bot": self._bot, "at_ms": at_ms, **values}
        connection.execute(upsert(self._database.kind, table), [row])
