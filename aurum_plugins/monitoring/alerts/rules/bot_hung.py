"""The bot's loop does not come to its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.elapsed_time import elapsed
from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.refusal import Figure


class BotHung:
    """A loop has been under way for too long, while the process lives.

    The first loop of a process is given more time, because it has all candles to load.

    Parameters
    ----------
    settings : MonitorSettings
    """

    name: ClassVar[str] = "bot_hung"
    needs: ClassVar[frozenset[str]] = frozenset({"loop"})
    of_living: ClassVar[bool] = True

    def __init__(self, settings: MonitorSettings) -> None:
        self._settings = settings

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        if snapshot.loop is None:
            return ()
        report = snapshot.loop.report
        under_way = report.loop_began_ms > report.loop_ended_ms
        is_first = report.loops == 0 and report.failures == 0
        settings = self._settings
        seconds = settings.first_loop_seconds if is_first else settings.hung_seconds
        began_ms = report.loop_began_ms
        if not under_way or snapshot.now_ms - began_ms <= seconds * SECOND_MS:
            return ()
        text = f"the bot's loop has been under way for {elapsed(began_ms, snapshot.now_ms)}"
        figures: dict[str, Figure] = {
            "loop_began_ms": began_ms,
            "limit_seconds": seconds,
            "pid": report.pid,
            "host": report.host,
        }
        return (Condition(self.name, Severity.CRITICAL, text, figures=figures),)
