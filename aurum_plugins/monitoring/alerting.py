"""Raises alerts on what the monitor sees, and has somebody told."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aurum_plugins.clock import Clock
from aurum_plugins.database import Database, DatabaseUnavailable
from aurum_plugins.monitoring.alerts.alert import Alert
from aurum_plugins.monitoring.alerts.alert_book import AlertBook
from aurum_plugins.monitoring.alerts.channels.channel import Channel
from aurum_plugins.monitoring.alerts.known_rules import known_rules
from aurum_plugins.monitoring.alerts.machine import look_at_machine, machine_conditions
from aurum_plugins.monitoring.alerts.notifier import Notifier
from aurum_plugins.monitoring.alerts.watch import Looked, Watch
from aurum_plugins.monitoring.reports import LoopReport
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot


class Alerting:
    """Rules, the book of alerts and the notifier over one open database.

    Parameters
    ----------
    database : Database
    channels : mapping of str to Channel
    settings : MonitorSettings
    clock : Clock
    api_answers : callable, optional
        See `Watch`.
    cannot_write : callable, optional
        Told why alerts cannot be written down, where bots can still be read.
    """

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        settings: MonitorSettings,
        clock: Clock,
        api_answers: Callable[[LoopReport], bool | None] = lambda _: None,
        cannot_write: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._cannot_write = cannot_write
        self._watch = Watch(known_rules(settings), settings, api_answers)
        self._book = AlertBook(database, tuple(channels), settings)
        self._notifier = Notifier(database, channels, clock)
        self._own: tuple[Alert, ...] = ()

    @property
    def faults(self) -> Mapping[str, str]:
        """By channel: why nobody can be told by it now."""
        return self._notifier.faults

    @property
    def own_alerts(self) -> tuple[Alert, ...]:
        """Open ones that are about no bot, as of the last look at the machine."""
        return self._own

    def judge(self, snapshot: BotSnapshot) -> None:
        """Raise what is wrong with a bot, end what no longer is.

        Raises
        ------
        aurum_plugins.database.DatabaseUnavailable
            Nothing was changed; the next look tries again.
        """
        looked = self._watch.look(snapshot)
        self._update(snapshot.bot, looked, snapshot.now_ms)

    def judge_machine(self, now_ms: int) -> None:
        """The same for the machine itself."""
        conditions, unjudged = machine_conditions(look_at_machine(self._database), self._settings)
        self._update("", Looked(tuple(conditions), unjudged), now_ms)
        self._own = self._book.open("")

    def start(self) -> None:
        """Tell from now on, what was left from before included."""
        self._notifier.start()

    def stop(self) -> None:
        """Tell no more."""
        self._notifier.stop()

    def _update(self, bot: str, looked: Looked, now_ms: int) -> None:
        try:
            changed = self._book.update(
                bot,
                looked.conditions,
                now_ms,
                unjudged=looked.unjudged,
                because=looked.because,
            )
        except DatabaseUnavailable as error:
            self._cannot_write(str(error))
            raise
        if changed:
            self._notifier.wake()
