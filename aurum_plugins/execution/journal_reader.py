"""Reading the decision journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.database.database import Database
from aurum_plugins.database.schema import decisions as table
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.decision_record import Counts
from aurum_plugins.execution.decision_rows import decision_of, understood
from aurum_plugins.reasons import Reason

_SENT = table.c.verdict == Verdict.APPROVED.value
# An order was sent, and nobody wrote down what became of it.
_UNFINISHED = tuple(
    reason.name for reason in (Reason.APPROVED, Reason.FORCED, Reason.OUTCOME_UNKNOWN)
)


class JournalReader:
    """Decisions of one bot on one timeframe, as they stand in the database.

    Parameters
    ----------
    database : Database
    bot : str
        As `aurum_plugins.bot_identity` names it.
    timeframe : str
        Of its candles, for example "1h".

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        By every method, and nothing else: if the database cannot be read, or holds decisions that
        make no sense.
    aurum_plugins.errors.ConfigurationError
        At once, if the timeframe has no fixed length.
    """

    def __init__(self, database: Database, bot: str, timeframe: str) -> None:
        self._database = database
        self._bot = bot
        self._timeframe = timeframe
        self._interval_ms = candle_interval_ms(timeframe)

    def pending(self) -> list[Decision]:
        """Entries that are wanted and not settled yet, the oldest first."""
        # Sorted here: SQLite would rather read the whole timeframe in order than sort a few.
        query = select(table).where(table.c.verdict == Verdict.PENDING.value)
        return _in_order(self._read(query))

    def ordered(self, since_ms: int) -> list[Decision]:
        """Entries (maybe) ordered on candles that closed after a moment, the oldest first."""
        query = select(table).where(_SENT, table.c.candle_ms > int(since_ms) - self._interval_ms)
        return self._read(query.order_by(table.c.candle_ms, table.c.pair))

    def unfinished(self) -> list[Decision]:
        """Orders of which nobody wrote down what became of them, the oldest first."""
        query = select(table).where(_SENT, table.c.reason.in_(_UNFINISHED))
        return _in_order(self._read(query))

    def last(self, pair: str, n: int = 1) -> list[Decision]:
        """The last `n` decisions on a pair, the newest first."""
        query = self._of_pair(select(table), pair)
        return self._read(query.order_by(table.c.candle_ms.desc()).limit(n))

    def at(self, pair: str, moment_ms: int) -> Decision | None:
        """The decision in force at a moment: on the last candle that had closed by then."""
        query = self._of_pair(select(table), pair).where(
            table.c.candle_ms <= int(moment_ms) - self._interval_ms
        )
        found = self._read(query.order_by(table.c.candle_ms.desc()).limit(1))
        return found[0] if found else None

    def newest_candles(self) -> dict[str, int]:
        """When the newest decided candle of each pair opened, UTC milliseconds."""
        columns, own = table.c, table.c.bot == self._bot
        # A look-up for each pair, where grouping would read every row of the bot.
        pairs = select(func.min(columns.pair).label("pair")).where(own).cte("pairs", recursive=True)
        following = select(func.min(columns.pair)).where(own, columns.pair > pairs.c.pair)
        pairs = pairs.union_all(
            select(following.scalar_subquery()).where(pairs.c.pair.is_not(None))
        )
        newest = select(func.max(columns.candle_ms)).where(
            own, columns.pair == pairs.c.pair, columns.timeframe == self._timeframe
        )
        query = select(pairs.c.pair, newest.scalar_subquery()).where(pairs.c.pair.is_not(None))
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        return {pair: candle_ms for pair, candle_ms in found if candle_ms is not None}

    def counts(self, since_ms: int, until_ms: int, pairs: Sequence[str] = ()) -> Counts:
        """How the candles ended that closed after `since_ms` and not after `until_ms`.

        Parameters
        ----------
        since_ms, until_ms : int
            UTC milliseconds.
        pairs : sequence of str
            Empty: all of them.
        """
        columns = table.c
        query = select(columns.verdict, columns.reason, func.count()).where(
            self._own(),
            columns.candle_ms > int(since_ms) - self._interval_ms,
            columns.candle_ms <= int(until_ms) - self._interval_ms,
        )
        if pairs:
            query = query.where(columns.pair.in_(pairs))
        query = query.group_by(columns.verdict, columns.reason)
        with understood(self._database), self._database.reading() as connection:
            found = connection.execute(query).all()
            return Counter(
                {(Verdict(verdict), Reason[reason]): number for verdict, reason, number in found}
            )

    def refused(self, pair: str, since_ms: int, until_ms: int) -> list[Decision]:
        """Entries that were refused on candles that opened in between; see `DecisionRecord`."""
        query = self._of_pair(select(table), pair).where(
            table.c.verdict == Verdict.REFUSED.value,
            table.c.candle_ms.between(int(since_ms), int(until_ms)),
        )
        return _in_order(self._read(query))

    def _own(self) -> ColumnElement[bool]:
        return and_(table.c.bot == self._bot, table.c.timeframe == self._timeframe)

    def _of_pair(self, query: Select[Any], pair: str) -> Select[Any]:
        return query.where(self._own(), table.c.pair == pair)

    def _read(self, query: Select[Any]) -> list[Decision]:
        with understood(self._database), self._database.reading() as connection:
            rows = connection.execute(query.where(self._own())).mappings()
            return [decision_of(row) for row in rows]


def _in_order(decisions: list[Decision]) -> list[Decision]:
    return sorted(decisions, key=lambda decision: (decision.candle_ms, decision.pair))
