"""Models that were trained, or that served, were found wanting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.rules.worst import counted, listed
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot

# In words, the worst first; as aurum_plugins.forecasting.registry names events. "damaged": its
# records cannot be read.
EVENTS: Final = {
    "damaged": "damaged",
    "quarantined": "quarantined",
    "rolled_back": "rolled back",
    "rejected": "rejected",
}


class ModelRejected:
    """The newest event of a pair's models is that one was put aside; all pairs in one alert."""

    name: ClassVar[str] = "model_rejected"
    needs: ClassVar[frozenset[str]] = frozenset({"serving"})
    of_living: ClassVar[bool] = False

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        order = list(EVENTS)
        bad = sorted(
            (one for one in snapshot.serving if one.last_event in EVENTS),
            key=lambda one: (order.index(one.last_event), one.pair),
        )
        if not bad:
            return ()
        first = bad[0]
        why = f" ({first.last_event_reason})" if first.last_event_reason else ""
        said = [f"{bad[0].pair} {EVENTS[first.last_event]}{why}"]
        rest = [f"{one.pair} {EVENTS[one.last_event]}" for one in bad[1:]]
        text = f"the newest model of {counted(len(bad), 'pair')} was put aside: " + listed(
            [said[0], *rest]
        )
        figures = {"pairs": len(bad), "models": len(snapshot.serving)}
        return (Condition(self.name, Severity.HIGH, text, figures=figures),)
