"""Reading the decision journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, union_all

from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.database.database import Database
from aurum_plugins.database.newest_candles import newest_candles
from aurum_plugins.database.schema import decisions as table
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.decision_ends import decision_ends
from aurum_plugins.execution.decision_record import Counts
from aurum_plugins.execution.decision_rows import decision_of, understood
from aurum_plugins.reasons import Reason, Stage

_SENT = table.c.verdict == Verdict.APPROVED.value
# An order was sent, and nobody wrote down what became of it.
_UNFINISHED = tuple(
    reason.name for reason in (Reason.APPROVED, Reason.FORCED, Reason.OUTCOME_UNKNOWN)
)
# What the signal alone settled.
_OF_SIGNALS = frozenset(
    (Verdict.NONE.value, reason.name) for reason in Reason if reason.stage is Stage.SIGNAL
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
        newest = newest_candles(table, self._bot, self._timeframe)
        query = select(newest).where(newest.c.candle_ms.is_not(None))
        with self._database.reading() as connection:
            return {row.pair: row.candle_ms for row in connection.execute(query)}

    def newest(self) -> list[Decision]:
        """The newest decision on each pair, by their names in alphabetical order."""
        newest = newest_candles(table, self._bot, self._timeframe)
        query = select(table).join(
            newest, and_(table.c.pair == newest.c.pair, table.c.candle_ms == newest.c.candle_ms)
        )
        return sorted(self._read(query), key=lambda decision: decision.pair)

    def told(self, n: int) -> list[Decision]:
        """The last `n` decisions but those that the signal alone settled, the newest first.

        Where a signal said no, nothing came of it, and that is so on almost every candle.
        """
        ends = decision_ends(self._bot, self._timeframe)
        with understood(self._database), self._database.reading() as connection:
            found = connection.execute(select(ends).where(ends.c.reason.is_not(None))).all()
            wanted = [end for end in found if tuple(end) not in _OF_SIGNALS]
            if not wanted:
                return []
            # The newest of each end, of which the newest of all are then picked.
            parts = (
                select(table)
                .where(self._own(), table.c.verdict == verdict, table.c.reason == reason)
                .order_by(table.c.candle_ms.desc())
                .limit(n)
                .subquery()
                for verdict, reason in wanted
            )
            every = union_all(*(select(part) for part in parts)).subquery()
            query = select(every).order_by(every.c.candle_ms.desc(), every.c.pair).limit(n)
            return [decision_of(row) for row in connection.execute(query).mappings()]

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
        within = and_(
            self._own(),
            columns.candle_ms > int(since_ms) - self._interval_ms,
            columns.candle_ms <= int(until_ms) - self._interval_ms,
        )
        if pairs:
            query = select(columns.verdict, columns.reason, func.count().label("number"))
            query = query.where(within, columns.pair.in_(pairs))
            query = query.group_by(columns.verdict, columns.reason)
        else:
            # Each end is counted in an index, where grouping would read every row of the time.
            ends = decision_ends(self._bot, self._timeframe)
            number = select(func.count()).where(
                within, columns.verdict == ends.c.verdict, columns.reason == ends.c.reason
            )
            query = select(
                ends.c.verdict, ends.c.reason, number.scalar_subquery().label("number")
            ).where(ends.c.reason.is_not(None))
        with understood(self._database), self._database.reading() as connection:
            found = connection.execute(query).all()
            return Counter(
                {
                    (Verdict(verdict), Reason[reason]): number
                    for verdict, reason, number in found
                    if number
                }
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
