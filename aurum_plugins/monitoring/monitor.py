"""Looks at every bot, over and over, and keeps what it saw."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import metadata
from types import MappingProxyType
from typing import Final, Protocol

from aurum_plugins.clock import Clock
from aurum_plugins.monitoring.alerts.alert import Alert
from aurum_plugins.monitoring.monitor_health import MonitorHealth
from aurum_plugins.monitoring.no_database_yet import NoDatabaseYet
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.sentiment.one_line import one_line

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 2.0
STOP_SECONDS: Final = 0.5
_LONGEST_FAULT: Final = 300
DATABASE: Final = "database"
MACHINE: Final = "machine"
ALERTS: Final = "alerts"
CHANNEL: Final = "channel"


class Reader(Protocol):
    """Reads what the bots wrote."""

    def bots(self) -> tuple[str, ...]:
        """Every bot that the database knows."""
        ...

    def read(self, bot: str, now_ms: int) -> BotSnapshot:
        """One of them."""
        ...


class Alerting(Protocol):
    """Raises alerts and tells of them."""

    def judge(self, snapshot: BotSnapshot) -> None:
        """Raise what is wrong with a bot, end what no longer is."""
        ...

    def judge_machine(self, now_ms: int) -> None:
        """The same for the machine itself."""
        ...

    @property
    def faults(self) -> Mapping[str, str]:
        """By channel: why nobody can be told by it now."""
        ...

    @property
    def own_alerts(self) -> tuple[Alert, ...]:
        """Open ones that are about no bot."""
        ...


class Connected(Protocol):
    """What there is once the database can be used."""

    @property
    def reader(self) -> Reader:
        """Reads the bots."""
        ...

    @property
    def alerting(self) -> Alerting | None:
        """None: no alerts are raised."""
        ...

    def close(self) -> None:
        """End threads and connections."""
        ...


class Monitor:
    """Keeps the last snapshot of each bot, so that nobody who asks waits for the database.

    One thread looks at all bots every two seconds and raises alerts. What fails is noted in the
    health and tried again at the next look; the rest goes on.

    Parameters
    ----------
    connect : callable
        Gives what is needed of the database, or raises; tried at each look until it does, and again
        after the bots' names could not be read.
    database : str
        What the health calls the database.
    clock : Clock
    is_meant : callable, optional
        Whether to look at a bot; at all of them by default.
    tell_database : callable, optional
        Told at each look what is wrong with the database, "" for nothing, and the time: an alert
        that cannot be written down. That there is none yet is nothing wrong.
    alerting : bool
        Whether alerts are raised at all, for the health.
    """

    def __init__(
        self,
        connect: Callable[[], Connected],
        database: str,
        clock: Clock,
        *,
        is_meant: Callable[[str], bool] = lambda _: True,
        tell_database: Callable[[str, int], None] = lambda _fault, _now_ms: None,
        alerting: bool = True,
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._is_meant = is_meant
        self._tell_database = tell_database
        self._connected: Connected | None = None
        self._was_connected = False
        self._database_fault = ""
        self._snapshots: Mapping[str, BotSnapshot] = MappingProxyType({})
        self._health = MonitorHealth(
            version=metadata.version("aurumbotx"),
            started_ms=clock.now_ms(),
            database=database,
            alerting=alerting,
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="monitor", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; a look that hangs is left to itself."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS)
        if not self._thread.is_alive():
            self._disconnect()

    def snapshots(self) -> Mapping[str, BotSnapshot]:
        """The last snapshot of each bot, by name."""
        return self._snapshots

    def health(self) -> MonitorHealth:
        """How the last look went."""
        return self._health

    def look(self) -> None:
        """Look once at every bot; raises nothing."""
        began = time.monotonic()
        self._database_fault = ""
        faults: dict[str, str] = {}
        bots = self._names(faults)
        if bots is not None:
            self._look_at(bots, faults)
        self._guarded(faults, DATABASE, self._tell, self._database_fault)
        self._note_new(faults)
        self._health = replace(
            self._health,
            database_reachable=bots is not None,
            at_ms=self._clock.now_ms(),
            took_ms=(time.monotonic() - began) * 1_000,
            looks=self._health.looks + 1,
            bots=len(self._snapshots),
            alerts=self._own_alerts(),
            faults=MappingProxyType(faults),
        )

    def _run(self) -> None:
        while not self._stop.is_set():
            self.look()
            self._stop.wait(LOOK_SECONDS)

    def _names(self, faults: dict[str, str]) -> tuple[str, ...] | None:
        try:
            if self._connected is None:
                self._connected = self._connect()
            bots = tuple(filter(self._is_meant, self._connected.reader.bots()))
        except Exception as error:  # noqa: BLE001 - whatever it is, the monitor goes on
            faults[DATABASE] = _words(error)
            if self._was_connected or not isinstance(error, NoDatabaseYet):
                self._database_fault = faults[DATABASE]
            # The file may have been replaced: what is open would never notice.
            self._disconnect()
            return None
        self._was_connected = True
        return bots

    def _look_at(self, bots: tuple[str, ...], faults: dict[str, str]) -> None:
        connected = self._connected
        if connected is None:
            return
        seen = {bot: shot for bot, shot in self._snapshots.items() if bot in bots}
        for bot in bots:
            try:
                seen[bot] = connected.reader.read(bot, self._clock.now_ms())
            except Exception as error:  # noqa: BLE001 - the other bots still count
                faults[bot] = _words(error)
                continue
            # At once: who asks need not wait for the bots that are still to come.
            self._snapshots = MappingProxyType(dict(seen))
            if connected.alerting is not None:
                self._guarded(faults, f"{ALERTS}: {bot}", connected.alerting.judge, seen[bot])
        self._snapshots = MappingProxyType(seen)
        if connected.alerting is not None:
            now_ms = self._clock.now_ms()
            self._guarded(faults, MACHINE, connected.alerting.judge_machine, now_ms)
            for channel, fault in connected.alerting.faults.items():
                faults[f"{CHANNEL} {channel}"] = one_line(fault, _LONGEST_FAULT)

    def _own_alerts(self) -> tuple[Alert, ...]:
        alerting = self._connected and self._connected.alerting
        return alerting.own_alerts if alerting else ()

    def _tell(self, fault: str) -> None:
        self._tell_database(fault, self._clock.now_ms())

    @staticmethod
    def _guarded(
        faults: dict[str, str], part: str, call: Callable[..., None], *given: object
    ) -> None:
        try:
            call(*given)
        except Exception as error:  # noqa: BLE001 - noted, and tried again at the next look
            faults.setdefault(part, _words(error))

    def _note_new(self, faults: Mapping[str, str]) -> None:
        """Log what changed: the same line every two seconds would bury everything else."""
        for part, fault in faults.items():
            if self._health.faults.get(part) != fault:
                logger.warning("%s: %s", one_line(part), fault)
        for part in self._health.faults.keys() - faults.keys():
            logger.info("%s: well again", one_line(part))

    def _disconnect(self) -> None:
        connected, self._connected = self._connected, None
        if connected is not None:
            try:
                connected.close()
            except Exception:
                logger.exception("What was open could not be closed")


def _words(error: Exception) -> str:
    return one_line(f"{error}" or type(error).__name__, _LONGEST_FAULT)
