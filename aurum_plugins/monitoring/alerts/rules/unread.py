"""Parts of what there is to know of a bot cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.rules.worst import listed
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.sentiment.one_line import one_line


class Unread:
    """Rules that need such a part judge nothing meanwhile, so somebody is told."""

    name: ClassVar[str] = "unread"
    needs: ClassVar[frozenset[str]] = frozenset()
    of_living: ClassVar[bool] = False

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        if not snapshot.faults:
            return ()
        parts = sorted(snapshot.faults)
        why = one_line(snapshot.faults[parts[0]])
        text = f"what the bot says cannot be read, and is not watched: {listed(parts)} ({why})"
        severity = Severity.HIGH if "loop" in snapshot.faults else Severity.MEDIUM
        return (Condition(self.name, severity, text, figures={"parts": len(parts)}),)
