"""The equity is far below its peak."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot


class Drawdown:
    """The drawdown is at its limit for alerts, or at the one at which the bot opens nothing.

    Parameters
    ----------
    settings : MonitorSettings
    """

    name: ClassVar[str] = "drawdown"
    needs: ClassVar[frozenset[str]] = frozenset({"account"})
    of_living: ClassVar[bool] = True

    def __init__(self, settings: MonitorSettings) -> None:
        self._settings = settings

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        if snapshot.account is None or snapshot.account.report.drawdown is None:
            return ()
        drawdown, stop = snapshot.account.report.drawdown, snapshot.account.report.drawdown_stop
        figures = {
            "drawdown_share": drawdown,
            "limit_share": self._settings.drawdown,
            "stop_share": stop,
        }
        if drawdown >= stop:
            text = (
                f"the equity is {drawdown:.1%} below its peak: nothing is opened from {stop:.1%} on"
            )
            return (Condition(self.name, Severity.CRITICAL, text, figures=figures),)
        if drawdown >= self._settings.drawdown:
            text = f"the equity is {drawdown:.1%} below its peak"
            return (Condition(self.name, Severity.HIGH, text, figures=figures),)
        return ()
