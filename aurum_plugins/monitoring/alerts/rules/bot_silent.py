"""The bot gives no sign of life."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.elapsed_time import elapsed
from aurum_plugins.execution.figure_words import moment_in_words
from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.alerts.standing import Standing, standing
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.refusal import Figure

_SEVERITIES: Final = {
    Standing.SILENT: Severity.CRITICAL,
    Standing.AHEAD: Severity.HIGH,
    Standing.EXITED: Severity.MEDIUM,
}


class BotSilent:
    """Its last sign of life is too old, or it said that it ended.

    Nobody watches the positions of such a bot. A bot whose clock is ahead of the monitor's is told
    of, too: whether it lives cannot be known in time.

    Parameters
    ----------
    settings : MonitorSettings
    """

    name: ClassVar[str] = "bot_silent"
    needs: ClassVar[frozenset[str]] = frozenset({"loop"})
    of_living: ClassVar[bool] = False

    def __init__(self, settings: MonitorSettings) -> None:
        self._settings = settings

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        how = standing(snapshot, self._settings)
        if snapshot.loop is None or how not in _SEVERITIES:
            return ()
        at_ms = snapshot.loop.at_ms
        seen = moment_in_words(at_ms // SECOND_MS * SECOND_MS)
        passed = elapsed(min(at_ms, snapshot.now_ms), max(at_ms, snapshot.now_ms))
        texts = {
            Standing.SILENT: f"the bot gave no sign of life for {passed}, the last at {seen}",
            Standing.AHEAD: f"the bot's clock is {passed} ahead of the monitor's: "
            "whether it lives is not known",
            Standing.EXITED: f"the bot ended in order, at {seen}",
        }
        report = snapshot.loop.report
        figures: dict[str, Figure] = {"last_sign_ms": at_ms, "pid": report.pid, "host": report.host}
        return (Condition(self.name, _SEVERITIES[how], texts[how], figures=figures),)
