"""The bot's loop ends with errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot

# One may be an exchange that did not answer once.
FAILURES_IN_ROW: Final = 3


class LoopFailing:
    """Several loops in a row ended with an error."""

    name: ClassVar[str] = "loop_failing"
    needs: ClassVar[frozenset[str]] = frozenset({"loop"})
    of_living: ClassVar[bool] = True

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        if snapshot.loop is None or snapshot.loop.report.failures_in_row < FAILURES_IN_ROW:
            return ()
        report = snapshot.loop.report
        text = f"the bot's loop ended with an error {report.failures_in_row} times in a row"
        figures = {"failures_in_row": report.failures_in_row, "failures": report.failures}
        return (Condition(self.name, Severity.HIGH, text, figures=figures),)
