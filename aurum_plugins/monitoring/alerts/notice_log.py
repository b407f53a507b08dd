"""What was told of alerts, and whether more is to be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, func, insert, select

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.database.schema import alert_notices, alerts
from aurum_plugins.monitoring.alerts.alert import Alert, NoticeKind
from aurum_plugins.monitoring.alerts.severity import Severity


class NoticeLog:
    """Reads and writes notices within a transaction of somebody else's.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    channels : sequence of str
        A notice has a row for each.
    """

    def __init__(self, connection: Connection, channels: Sequence[str]) -> None:
        self._connection = connection
        self._channels = channels

    def add(self, alert: Alert, kind: NoticeKind, text: str, now_ms: int) -> None:
        """Have something told, from now on."""
        rows = [
            {
                "alert": alert.number,
                "channel": channel,
                "kind": kind.value,
                "text": text,
                "at_ms": now_ms,
                "due_ms": now_ms,
                "attempts": 0,
                "sent_ms": None,
                "fault": "",
            }
            for channel in self._channels
        ]
        if rows:
            self._connection.execute(insert(alert_notices), rows)

    def kinds(self, alert: Alert) -> frozenset[str]:
        """What was told of an alert, or is going to be."""
        query = select(alert_notices.c.kind).where(alert_notices.c.alert == alert.number).distinct()
        return frozenset(self._connection.execute(query).scalars())

    def last_ms(self, numbers: Collection[int]) -> Mapping[int, int]:
        """When each alert was last told of; those of which nothing was are not in it."""
        columns = alert_notices.c
        query = (
            select(columns.alert, func.max(columns.at_ms))
            .where(columns.alert.in_(numbers))
            .group_by(columns.alert)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def raised_within_an_hour(self, alert: Alert, now_ms: int) -> int:
        """How often the same bot, rule and subject was raised, `alert` not counted."""
        query = select(func.count()).where(*_same(alert), alerts.c.since_ms > now_ms - HOUR_MS)
        return int(self._connection.execute(query).scalar_one())

    def worst_told(self, alert: Alert, since_ms: int) -> Severity | None:
        """As how bad the same was told of; None: it was not."""
        query = (
            select(alerts.c.severity)
            .join(alert_notices, alert_notices.c.alert == alerts.c.number)
            .where(*_same(alert), alert_notices.c.at_ms > since_ms)
            .distinct()
        )
        told = set(self._connection.execute(query).scalars())
        return max((one for one in Severity if one in told), key=_rank, default=None)

    def was_paused_since(self, alert: Alert, since_ms: int) -> bool:
        """Whether it was told that nothing more is told of the same."""
        query = (
            select(alert_notices.c.number)
            .join(alerts, alert_notices.c.alert == alerts.c.number)
            .where(
                *_same(alert),
                alert_notices.c.kind == NoticeKind.PAUSED.value,
                alert_notices.c.at_ms > since_ms,
            )
            .limit(1)
        )
        return self._connection.execute(query).first() is not None


def _same(alert: Alert) -> tuple[ColumnElement[bool], ...]:
    columns = alerts.c
    return (
        columns.bot == alert.bot,
        columns.rule == alert.rule,
        columns.subject == alert.subject,
        columns.number != alert.number,
    )


def _rank(severity: Severity) -> int:
    return severity.rank
