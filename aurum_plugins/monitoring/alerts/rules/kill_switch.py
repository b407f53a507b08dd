"""The kill switch is thrown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.refusal import Figure
from aurum_plugins.risk.switch import SwitchState
from aurum_plugins.sentiment.one_line import one_line

_LONGEST_NAME: Final = 60


class KillSwitch:
    """It is halted or flat, or what stands there is not understood."""

    name: ClassVar[str] = "kill_switch"
    needs: ClassVar[frozenset[str]] = frozenset({"switch"})
    of_living: ClassVar[bool] = False

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        switch = snapshot.switch
        if switch.state == SwitchState.ARMED:
            return ()
        figures: dict[str, Figure] = {"state": switch.state}
        if switch.at_ms is not None:
            figures["thrown_ms"] = switch.at_ms
        if switch.state not in set(SwitchState):
            text = "the kill switch is not understood: nothing is opened"
            return (Condition(self.name, Severity.HIGH, text, figures=figures),)
        by = f" by {one_line(switch.by, _LONGEST_NAME)}" if switch.by else ""
        why = f", {one_line(switch.reason)}" if switch.reason else ""
        sentence = SwitchState(switch.state).sentence
        text = f"the kill switch is thrown ({switch.state}{by}{why}): {sentence}"
        return (Condition(self.name, Severity.MEDIUM, text, figures=figures),)
