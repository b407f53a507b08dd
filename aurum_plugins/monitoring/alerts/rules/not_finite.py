"""Values that are no numbers reached a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.rules.worst import counted, listed
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot


class NotFinite:
    """A NaN or an infinity got past every guard into a model of the running process.

    It is a defect, so it holds until the bot is started again.
    """

    name: ClassVar[str] = "not_finite"
    needs: ClassVar[frozenset[str]] = frozenset({"models"})
    of_living: ClassVar[bool] = True

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        pairs = snapshot.models.report.pairs if snapshot.models else ()
        bad = sorted((one for one in pairs if one.not_finite), key=lambda one: -one.not_finite)
        if not bad:
            return ()
        values = sum(one.not_finite for one in bad)
        said = f"{counted(values, 'value')} that {'is' if values == 1 else 'are'} no finite number"
        text = f"{said} reached a model: {listed([one.pair for one in bad])}"
        figures = {"values": values, "pairs": len(bad)}
        return (Condition(self.name, Severity.CRITICAL, text, figures=figures),)
