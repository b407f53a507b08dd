"""Which alerts are open, and who is to be told of what.

One alert is open for each bot, rule and subject at most. It is over once its condition has been
gone for a grace time; a condition that comes back within it is the same alert.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, insert, update

from aurum_plugins.clock import HOUR_MS, SECOND_MS
from aurum_plugins.database import Database
from aurum_plugins.database.schema import alerts
from aurum_plugins.monitoring.alerts.alert import Alert, NoticeKind
from aurum_plugins.monitoring.alerts.alert_rows import alert_of, ended_alerts, open_alerts
from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.kept_condition import kept_conditions
from aurum_plugins.monitoring.alerts.notice_log import NoticeLog
from aurum_plugins.monitoring.alerts.notice_text import notice_text
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.settings import MonitorSettings

# An alert that goes on is written down so often: a write every two seconds would be in the way.
REFRESH_MS: Final = 10 * SECOND_MS
Key = tuple[str, str]


class AlertBook:
    """Keeps alerts in the database; to be used by one thread.

    Several books on one database, one for each monitor, keep one set of alerts. What is open
    outlives them; how long a condition has been gone is counted anew.

    Parameters
    ----------
    database : Database
    channels : sequence of str
        Who is told.
    settings : MonitorSettings
    """

    def __init__(
        self, database: Database, channels: Sequence[str], settings: MonitorSettings
    ) -> None:
        self._database = database
        self._channels = tuple(channels)
        self._grace_ms = round(settings.grace_seconds * SECOND_MS)
        self._remind_ms = round(settings.remind_hours * HOUR_MS)
        # How long the line counts that nothing more is told.
        self._pause_ms = max(self._remind_ms, HOUR_MS)
        self._raises_an_hour = settings.raises_an_hour
        # By bot and number: since when the condition of an open alert is missed.
        self._missed: dict[str, dict[int, int]] = {}

    def update(
        self,
        bot: str,
        conditions: Sequence[Condition],
        now_ms: int,
        *,
        unjudged: Collection[str] = (),
        because: str = "",
    ) -> tuple[Alert, ...]:
        """Bring a bot's alerts to what holds now, with their notices, in one transaction.

        Parameters
        ----------
        bot : str
            Empty: the monitor itself, or the machine.
        conditions : sequence of Condition
            All that hold.
        now_ms : int
            UTC milliseconds.
        unjudged : collection of str
            Rules of which it is not known whether their conditions hold: what is open of them
            stays so.
        because : str
            Said of alerts that end now, if not because what was wrong is gone.

        Returns
        -------
        tuple of Alert
            Those that were raised, became worse, were due to be told again, or ended.

        Raises
        ------
        aurum_plugins.database.DatabaseUnavailable
            Nothing was changed.
        """
        found = kept_conditions(conditions)
        with self._database.reading() as connection:
            standing = open_alerts(connection, bot)
        over = self._over(bot, standing, found, now_ms, unjudged)
        if not (over or self._has_news(standing, found, now_ms)):
            return ()
        with self._database.writing() as connection:
            # Another monitor may have been first.
            standing = open_alerts(connection, bot)
            over = self._over(bot, standing, found, now_ms, unjudged)
            log = NoticeLog(connection, self._channels)
            changed = [
                *self._raise(connection, log, bot, standing, found, now_ms),
                *self._go_on(connection, log, standing, found, now_ms),
                *self._end(connection, log, standing, over, now_ms, because),
            ]
        return tuple(changed)

    def open(self, bot: str | None = None) -> tuple[Alert, ...]:
        """Those that still hold, the worst first; of every bot if none is named."""
        with self._database.reading() as connection:
            return open_alerts(connection, bot)

    def lately(self, bot: str | None, limit: int) -> tuple[Alert, ...]:
        """The last that ended, the newest first."""
        with self._database.reading() as connection:
            return ended_alerts(connection, bot, limit)

    def _over(
        self,
        bot: str,
        standing: Sequence[Alert],
        found: Mapping[Key, Condition],
        now_ms: int,
        unjudged: Collection[str],
    ) -> frozenset[int]:
        """Numbers of open alerts whose conditions have been gone for long enough."""
        known = self._missed.get(bot, {})
        missed: dict[int, int] = {}
        for alert in standing:
            if _key(alert) not in found and alert.rule not in unjudged:
                # A clock that was set back makes nothing last longer.
                missed[alert.number] = min(known.get(alert.number, now_ms), now_ms)
        self._missed[bot] = missed
        # Another monitor may still find it.
        last = {a.number: a.last_ms if a.last_ms <= now_ms else 0 for a in standing}
        return frozenset(
            number
            for number, since_ms in missed.items()
            if now_ms - max(since_ms, last[number]) >= self._grace_ms
        )

    def _has_news(
        self, standing: Sequence[Alert], found: Mapping[Key, Condition], now_ms: int
    ) -> bool:
        known = {_key(alert): alert for alert in standing}
        for key, condition in found.items():
            alert = known.get(key)
            if alert is None or condition.severity.rank > alert.severity.rank:
                return True
            if abs(now_ms - alert.last_ms) >= REFRESH_MS:
                return True
        return False

    def _raise(
        self,
        connection: Connection,
        log: NoticeLog,
        bot: str,
        standing: Sequence[Alert],
        found: Mapping[Key, Condition],
        now_ms: int,
    ) -> list[Alert]:
        known = {_key(alert) for alert in standing}
        raised = []
        for key, condition in found.items():
            if key in known:
                continue
            alert = self._insert(connection, bot, condition, now_ms)
            kind = self._telling(log, alert, now_ms)
            if kind is not None:
                log.add(alert, kind, notice_text(kind, alert, now_ms), now_ms)
            raised.append(alert)
        return raised

    def _telling(self, log: NoticeLog, alert: Alert, now_ms: int) -> NoticeKind | None:
        """As what to tell of an alert that was just raised."""
        if log.raised_within_an_hour(alert, now_ms) < self._raises_an_hour:
            return NoticeKind.RAISED
        told = log.worst_told(alert, now_ms - self._pause_ms)
        if told is not None and alert.severity.rank > told.rank:
            return NoticeKind.RAISED
        if log.was_paused_since(alert, now_ms - self._pause_ms):
            return None
        return NoticeKind.PAUSED

    def _go_on(
        self,
        connection: Connection,
        log: NoticeLog,
        standing: Sequence[Alert],
        found: Mapping[Key, Condition],
        now_ms: int,
    ) -> list[Alert]:
        going = [alert for alert in standing if _key(alert) in found]
        told_ms = log.last_ms([alert.number for alert in going]) if going else {}
        changed = []
        for before in going:
            condition = found[_key(before)]
            after = replace(
                before,
                severity=max(before.severity, condition.severity, key=lambda one: one.rank),
                text=condition.text,
                figures=condition.figures,
                last_ms=now_ms,
            )
            self._write(connection, after)
            last_ms = told_ms.get(before.number)
            due_ms = (before.since_ms if last_ms is None else last_ms) + self._remind_ms
            if after.severity is not before.severity:
                told = None if last_ms else log.worst_told(after, now_ms - self._pause_ms)
                if told is None or after.severity.rank > told.rank:
                    kind = NoticeKind.WORSE
                    text = notice_text(kind, after, now_ms, before=before.severity)
                    log.add(after, kind, text, now_ms)
                changed.append(after)
            elif now_ms >= due_ms and after.severity.rank >= Severity.HIGH.rank:
                kind = NoticeKind.STILL
                log.add(after, kind, notice_text(kind, after, now_ms), now_ms)
                changed.append(after)
        return changed

    def _end(
        self,
        connection: Connection,
        log: NoticeLog,
        standing: Sequence[Alert],
        over: frozenset[int],
        now_ms: int,
        because: str,
    ) -> list[Alert]:
        ended = []
        for before in standing:
            if before.number not in over:
                continue
            alert = replace(before, ended_ms=max(now_ms, before.since_ms))
            self._write(connection, alert)
            # Who was told of nothing but the pause would wonder what is over.
            if log.kinds(alert) - {NoticeKind.PAUSED.value}:
                kind = NoticeKind.ENDED
                text = notice_text(kind, alert, now_ms, because=because)
                log.add(alert, kind, text, now_ms)
            ended.append(alert)
        return ended

    @staticmethod
    def _insert(connection: Connection, bot: str, condition: Condition, now_ms: int) -> Alert:
        row: dict[str, Any] = {
            "bot": bot,
            "rule": condition.rule,
            "subject": condition.subject,
            "severity": condition.severity.value,
            "text": condition.text,
            "figures": dict(condition.figures),
            "since_ms": now_ms,
            "last_ms": now_ms,
            "ended_ms": None,
        }
        statement = insert(alerts).values(row).returning(*alerts.c)
        return alert_of(connection.execute(statement).one())

    @staticmethod
    def _write(connection: Connection, alert: Alert) -> None:
        connection.execute(
            update(alerts)
            .where(alerts.c.number == alert.number)
            .values(
                severity=alert.severity.value,
                text=alert.text,
                figures=dict(alert.figures),
                last_ms=alert.last_ms,
                ended_ms=alert.ended_ms,
            )
        )


def _key(alert: Alert) -> Key:
    return alert.rule, alert.subject
