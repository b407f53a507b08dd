"""The decision journal: one row for each closed candle of each traded pair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from aurum_plugins.clock import Clock
from aurum_plugins.database.database import Database
from aurum_plugins.database.schema import decisions as table
from aurum_plugins.database.upsert import upsert
from aurum_plugins.execution.decision import Decision, Verdict, undecided
from aurum_plugins.execution.decision_rows import decision_of, row_of, understood
from aurum_plugins.execution.journal_reader import JournalReader
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Figure

# Far below the number of values that a statement of either database may have.
_PAIRS_AT_ONCE = 500


class Journal(JournalReader):
    """Decisions of one bot on one timeframe, in the database.

    Parameters
    ----------
    database : Database
    bot : str
        As `aurum_plugins.bot_identity` names it.
    timeframe, strategy : str
        Written into every row, whatever the decision itself names.
    clock : Clock

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        By every method, and nothing else: if the database cannot be read or written, or holds
        decisions that make no sense.
    aurum_plugins.errors.ConfigurationError
        At once, if the timeframe has no fixed length.
    """

    def __init__(
        self, database: Database, bot: str, timeframe: str, strategy: str, clock: Clock
    ) -> None:
        super().__init__(database, bot, timeframe)
        self._strategy = strategy
        self._clock = clock

    def record(self, decisions: Sequence[Decision]) -> None:
        """Write down what was decided, in one transaction; see `DecisionRecord.record`.

        Of no decisions, too: then all there is to learn is whether the database can be written.
        """
        with understood(self._database), self._database.writing() as connection:
            stands = self._stored(connection, decisions)
            for new in decisions:
                key = new.pair, int(new.candle_ms)
                old = stands.get(key)
                stands[key] = new if old is None else old.decided_again(new)
            self._write(connection, stands.values())

    def settle(
        self,
        pair: str,
        candle_ms: int,
        verdict: Verdict,
        reason: Reason,
        figures: Mapping[str, Figure],
    ) -> None:
        """Write down what came of an entry; see `DecisionRecord.settle`.

        An approval outlives a power cut from here on: the order that follows it may, too.
        """
        now_ms, durable = self._clock.now_ms(), verdict is Verdict.APPROVED
        own = pair, self._timeframe, int(candle_ms), Reason.NOT_DECIDED, now_ms, self._strategy
        blank = undecided(*own)
        with understood(self._database), self._database.writing(durable=durable) as connection:
            old = self._stored(connection, [blank]).get((pair, int(candle_ms)), blank)
            self._write(connection, [old.settled(verdict, reason, figures, now_ms)])

    def _stored(
        self, connection: Connection, wanted: Sequence[Decision]
    ) -> dict[tuple[str, int], Decision]:
        """What is there already of the same pairs and candles."""
        candles = {int(decision.candle_ms) for decision in wanted}
        pairs = sorted({decision.pair for decision in wanted})
        found = {}
        for start in range(0, len(pairs), _PAIRS_AT_ONCE):
            query = select(table).where(
                self._own(),
                table.c.pair.in_(pairs[start : start + _PAIRS_AT_ONCE]),
                table.c.candle_ms.between(min(candles), max(candles)),
            )
            for row in connection.execute(query).mappings():
                if row["candle_ms"] in candles:
                    found[row["pair"], row["candle_ms"]] = decision_of(row)
        return found

    def _write(self, connection: Connection, decisions: Iterable[Decision]) -> None:
        own = self._bot, self._timeframe, self._strategy
        rows = [row_of(*own, decision) for decision in decisions]
        if rows:
            connection.execute(upsert(self._database.kind, table), rows)
