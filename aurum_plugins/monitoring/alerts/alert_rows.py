"""Alerts in the database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, select

from aurum_plugins.database import Database
from aurum_plugins.database.schema import alerts
from aurum_plugins.monitoring.alerts.alert import Alert
from aurum_plugins.monitoring.alerts.severity import Severity

_COLUMNS: Final = tuple(alerts.c)


def open_alerts(connection: Connection, bot: str | None = None) -> tuple[Alert, ...]:
    """Those that still hold, the worst first, then the oldest.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    bot : str, optional
        None: of every bot, and of the monitor itself.
    """
    found = _read(connection, alerts.c.ended_ms.is_(None), bot)
    return tuple(sorted(found, key=lambda alert: (-alert.severity.rank, alert.since_ms)))


def ended_alerts(connection: Connection, bot: str | None, limit: int) -> tuple[Alert, ...]:
    """The last that ended, the newest first."""
    query = select(*_COLUMNS).where(alerts.c.ended_ms.is_not(None))
    if bot is not None:
        query = query.where(alerts.c.bot == bot)
    rows = connection.execute(
        query.order_by(alerts.c.ended_ms.desc(), alerts.c.number.desc()).limit(limit)
    )
    return tuple(alert_of(row) for row in rows)


def alerts_of(database: Database, bot: str | None, limit: int) -> tuple[Alert, ...]:
    """All open ones, then the newest that ended, so many of them.

    Raises
    ------
    aurum_plugins.database.DatabaseUnavailable
    """
    with database.reading() as connection:
        return (*open_alerts(connection, bot), *ended_alerts(connection, bot, limit))


def alert_of(row: Row[Any]) -> Alert:
    """An alert of its row."""
    known = set(Severity)
    return Alert(
        number=row.number,
        bot=row.bot,
        rule=row.rule,
        subject=row.subject,
        # Written by a newer version: better too bad than unread.
        severity=Severity(row.severity) if row.severity in known else Severity.CRITICAL,
        text=row.text,
        figures=row.figures or {},
        since_ms=row.since_ms,
        last_ms=row.last_ms,
        ended_ms=row.ended_ms,
    )


def _read(
    connection: Connection, condition: ColumnElement[bool], bot: str | None
) -> Iterable[Alert]:
    query = select(*_COLUMNS).where(condition)
    if bot is not None:
        query = query.where(alerts.c.bot == bot)
    return (alert_of(row) for row in connection.execute(query))
