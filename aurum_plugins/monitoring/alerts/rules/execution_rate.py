"""Too few of the entries that were ordered have filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot


class ExecutionRate:
    """The share of the last day's entry orders that filled is below its limit.

    Parameters
    ----------
    settings : MonitorSettings
    """

    name: ClassVar[str] = "execution_rate"
    needs: ClassVar[frozenset[str]] = frozenset({"counts"})
    of_living: ClassVar[bool] = False

    def __init__(self, settings: MonitorSettings) -> None:
        self._settings = settings

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        counts = snapshot.counts
        rate, limit = counts.execution_rate, self._settings.execution_rate
        if rate is None or counts.ordered < self._settings.execution_least or rate >= limit:
            return ()
        text = (
            f"{counts.filled} of the {counts.ordered} entries that were ordered in the last "
            f"24 h have filled, {rate:.0%} of them; {limit:.0%} are expected"
        )
        figures = {
            "ordered": counts.ordered,
            "filled": counts.filled,
            "rate_share": rate,
            "limit_share": limit,
        }
        return (Condition(self.name, Severity.HIGH, text, figures=figures),)
