"""A venue is left alone, or not believed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.refusal import Figure
from aurum_plugins.sentiment.one_line import one_line

# The bot writes each venue down every ten seconds; one that it does not ask any more stays.
FORGET_MS: Final = 5 * MINUTE_MS
_OPEN: Final = "open"
_LONGEST_NAME: Final = 40


class BreakerOpen:
    """A venue's circuit breaker is open, or its prices are not believed; one alert a venue."""

    name: ClassVar[str] = "breaker_open"
    needs: ClassVar[frozenset[str]] = frozenset({"venues"})
    of_living: ClassVar[bool] = True

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        found = []
        for word in snapshot.venues:
            if snapshot.now_ms - word.at_ms > FORGET_MS:
                continue
            venue = one_line(word.venue, _LONGEST_NAME)
            if word.state == _OPEN:
                severity, text = Severity.HIGH, f"{venue} fails and is left alone for a while"
            elif not word.trusted:
                severity, text = Severity.MEDIUM, f"{venue} is not believed: others say otherwise"
            else:
                continue
            figures: dict[str, Figure] = {"state": word.state}
            if word.error_rate is not None:
                figures["error_share"] = word.error_rate
            if word.last_success_ms is not None:
                figures["last_success_ms"] = word.last_success_ms
            found.append(Condition(self.name, severity, text, venue, figures))
        return found
