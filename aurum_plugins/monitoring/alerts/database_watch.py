"""The one alert that the database cannot hold: that it is away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aurum_plugins.clock import SECOND_MS, Clock
from aurum_plugins.database import open_database
from aurum_plugins.monitoring.alerts.alert import Alert
from aurum_plugins.monitoring.alerts.alert_book import AlertBook
from aurum_plugins.monitoring.alerts.channels.channel import Channel
from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.notifier import Notifier
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.sentiment.one_line import one_line

DATABASE: Final = "database"
_LONGEST_FAULT: Final = 300


class DatabaseWatch:
    """Tells when the monitor cannot use its database, and when it can again.

    It keeps book in memory, with the rules of every other alert; so what it told is forgotten when
    the monitor ends. Away for less than `silent_seconds` is nothing: somebody wrote for long.

    Parameters
    ----------
    channels : mapping of str to Channel
    settings : MonitorSettings
    clock : Clock
    """

    def __init__(
        self, channels: Mapping[str, Channel], settings: MonitorSettings, clock: Clock
    ) -> None:
        self._memory = open_database("sqlite://", timeout_seconds=10.0)
        self._book = AlertBook(self._memory, tuple(channels), settings)
        self._patience_ms = round(settings.silent_seconds * SECOND_MS)
        self._away_since_ms: int | None = None
        self._unwritten = ""
        self._notifier = Notifier(self._memory, channels, clock)

    def tell(self, fault: str, now_ms: int) -> None:
        """Say how it stands; to be called at every look.

        Parameters
        ----------
        fault : str
            Why the database cannot be read or written; empty: it can.
        now_ms : int
            UTC milliseconds.
        """
        conditions = []
        fault, self._unwritten = fault or self._unwritten, ""
        if not fault:
            self._away_since_ms = None
        elif self._away_since_ms is None or now_ms < self._away_since_ms:
            self._away_since_ms = now_ms
        if self._away_since_ms is not None and now_ms - self._away_since_ms >= self._patience_ms:
            text = f"nothing is watched: {one_line(fault, _LONGEST_FAULT)}"
            figures = {"away_ms": self._away_since_ms}
            conditions.append(Condition(DATABASE, Severity.CRITICAL, text, figures=figures))
        if self._book.update("", conditions, now_ms):
            self._notifier.wake()

    def cannot_write(self, fault: str) -> None:
        """Say that it can be read, perhaps, but not written; counts at the next `tell`."""
        self._unwritten = fault

    def open(self) -> tuple[Alert, ...]:
        """The alert, if it is on."""
        return self._book.open()

    def start(self) -> None:
        """Send from now on, in the background."""
        self._notifier.start()

    def stop(self) -> None:
        """Send no more."""
        self._notifier.stop()
        self._memory.close()
