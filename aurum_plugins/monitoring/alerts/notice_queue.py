"""Notices that a channel has still to send, one after the other.

A notice is claimed in a transaction before it is sent, by pushing the time at which it is due, and
marked in another one afterwards. So each is sent once, whoever else sends from the same database,
and twice only if the process ends, or loses the database, between sending and marking.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row, select, update

from aurum_plugins.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.database import Database
from aurum_plugins.database.schema import alert_notices, alerts
from aurum_plugins.monitoring.alerts.alert import NoticeKind
from aurum_plugins.monitoring.alerts.alert_rows import alert_of
from aurum_plugins.monitoring.alerts.notice import Notice
from aurum_plugins.sentiment.one_line import one_line

# Longer than any channel takes; after that, who claimed it is taken for dead.
CLAIM_MS: Final = 2 * MINUTE_MS
# Older ones are of no use to anybody.
GIVE_UP_MS: Final = 24 * HOUR_MS
# When a notice is due that is not tried any more: in the year 9999.
NEVER_MS: Final = 253_402_300_799_000
FIRST_PAUSE_MS: Final = 5 * SECOND_MS
LONGEST_PAUSE_MS: Final = 10 * MINUTE_MS
# Whatever the other side says.
_LONGEST_TOLD_PAUSE_MS: Final = HOUR_MS
_LONGEST_FAULT: Final = 300


class NoticeQueue:
    """The notices of one channel.

    They are sent in the order in which they were written: while the first cannot be sent, the
    others wait, because a channel that fails for one fails for all.

    Parameters
    ----------
    database : Database
    channel : str
    """

    def __init__(self, database: Database, channel: str) -> None:
        self._database = database
        self._channel = channel

    def claim(self, now_ms: int) -> Notice | None:
        """Take the next notice, if it is due; nobody else gets it for two minutes.

        Raises
        ------
        aurum_plugins.database.DatabaseUnavailable
        """
        with self._database.reading() as connection:
            first = self._first(connection)
            if first is None or not _is_due(first, now_ms):
                return None
        with self._database.writing() as connection:
            # Somebody else may have claimed it.
            first = self._first(connection)
            while first is not None and now_ms - first.at_ms >= GIVE_UP_MS:
                untold = "nobody knows what came of it" if first.attempts else "never tried"
                fault = f"given up after {GIVE_UP_MS // HOUR_MS} h: {first.fault or untold}"
                _write(connection, first.number, due_ms=NEVER_MS, fault=_fault(fault))
                first = self._first(connection)
            if first is None or not _is_due(first, now_ms):
                return None
            attempts = first.attempts + 1
            _write(connection, first.number, due_ms=now_ms + CLAIM_MS, attempts=attempts)
            return self._notice(connection, first, attempts)

    def sent(self, notice: Notice, now_ms: int) -> None:
        """Mark it as told.

        Raises
        ------
        aurum_plugins.database.DatabaseUnavailable
            It will be sent again unless this is repeated.
        """
        with self._database.writing() as connection:
            _write(connection, notice.number, sent_ms=now_ms, fault="")

    def failed(self, notice: Notice, fault: str, now_ms: int, pause_ms: int | None = None) -> None:
        """Have it tried again later.

        Parameters
        ----------
        notice : Notice
        fault : str
        now_ms : int
            UTC milliseconds.
        pause_ms : int, optional
            Until the next try, an hour at most; without it the pauses double from try to try.
        """
        own_ms = min(FIRST_PAUSE_MS * 2 ** min(notice.attempts - 1, 20), LONGEST_PAUSE_MS)
        wanted_ms = own_ms if pause_ms is None else pause_ms
        due_ms = now_ms + min(max(wanted_ms, SECOND_MS), _LONGEST_TOLD_PAUSE_MS)
        with self._database.writing() as connection:
            _write(connection, notice.number, due_ms=due_ms, fault=_fault(fault))

    def dropped(self, notice: Notice, fault: str) -> None:
        """Never try it again."""
        with self._database.writing() as connection:
            _write(connection, notice.number, due_ms=NEVER_MS, fault=_fault(f"given up: {fault}"))

    def _first(self, connection: Connection) -> Row[Any] | None:
        columns = alert_notices.c
        query = (
            select(alert_notices)
            .where(
                columns.sent_ms.is_(None),
                columns.due_ms < NEVER_MS,
                columns.channel == self._channel,
            )
            .order_by(columns.number)
            .limit(1)
        )
        return connection.execute(query).one_or_none()

    @staticmethod
    def _notice(connection: Connection, row: Row[Any], attempts: int) -> Notice | None:
        alert = connection.execute(select(alerts).where(alerts.c.number == row.alert)).one_or_none()
        if alert is None or row.kind not in set(NoticeKind):
            fault = "given up: its alert is gone, or another version wrote it"
            _write(connection, row.number, due_ms=NEVER_MS, fault=fault)
            return None
        return Notice(
            number=row.number,
            alert=alert_of(alert),
            channel=row.channel,
            kind=NoticeKind(row.kind),
            text=row.text,
            at_ms=row.at_ms,
            attempts=attempts,
        )


def _is_due(row: Row[Any], now_ms: int) -> bool:
    # Nobody pushes it further ahead than an hour: otherwise the clock was set back.
    return not row.due_ms - _LONGEST_TOLD_PAUSE_MS <= now_ms < row.due_ms


def _write(connection: Connection, number: int, **values: object) -> None:
    columns = alert_notices.c
    connection.execute(
        update(alert_notices)
        .where(columns.number == number, columns.sent_ms.is_(None))
        .values(**values)
    )


def _fault(text: str) -> str:
    return one_line(text, _LONGEST_FAULT)
