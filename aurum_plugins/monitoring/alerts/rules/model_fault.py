"""Models cannot be trained or asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.rules.worst import counted, listed
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.sentiment.one_line import one_line


class ModelFault:
    """The last training or forecast of a pair failed; all pairs in one alert."""

    name: ClassVar[str] = "model_fault"
    needs: ClassVar[frozenset[str]] = frozenset({"models"})
    of_living: ClassVar[bool] = True

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        pairs = snapshot.models.report.pairs if snapshot.models else ()
        bad = [one for one in pairs if one.fault]
        if not bad:
            return ()
        which = listed([one.pair for one in bad])
        text = (
            f"the model of {counted(len(bad), 'pair')} failed: {which} ({one_line(bad[0].fault)})"
        )
        figures = {"failed": len(bad), "pairs": len(pairs)}
        return (Condition(self.name, Severity.HIGH, text, figures=figures),)
