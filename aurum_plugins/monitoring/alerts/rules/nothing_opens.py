"""The limits of risk let nothing open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.reasons import Reason
from aurum_plugins.sentiment.one_line import one_line

# Told by a rule of its own.
_TOLD_ELSEWHERE: Final = frozenset({Reason.KILLED.name})


class NothingOpens:
    """The account itself says no to every entry, as after a day's loss."""

    name: ClassVar[str] = "nothing_opens"
    needs: ClassVar[frozenset[str]] = frozenset({"account"})
    of_living: ClassVar[bool] = True

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        refusal = snapshot.account.report.refusal if snapshot.account else ""
        if not refusal or refusal in _TOLD_ELSEWHERE:
            return ()
        known = Reason.__members__.get(refusal)
        why = known.sentence if known is not None else one_line(refusal)
        text = f"no position is opened: {why}"
        return (Condition(self.name, Severity.MEDIUM, text, figures={"reason": refusal}),)
