"""An alert as it is kept, and why somebody is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.refusal import Figure


class NoticeKind(StrEnum):
    """Why somebody is told."""

    RAISED = "raised"
    # The same, and worse than it was told.
    WORSE = "worse"
    # It goes on, long after the last notice.
    STILL = "still"
    ENDED = "ended"
    # It came and went so often that nothing is told of it for a while.
    PAUSED = "paused"


@dataclass(frozen=True)
class Alert:
    """What is or was wrong, from when until when; UTC milliseconds.

    Attributes
    ----------
    number : int
    bot : str
        Empty: the monitor itself, or the machine.
    rule, subject : str
    severity : Severity
        The worst that it has been.
    text : str
    figures : mapping of str to number or str
        As of the last time it was found to hold.
    since_ms, last_ms : int
    ended_ms : int or None
        None: it still holds.
    """

    number: int
    bot: str
    rule: str
    subject: str
    severity: Severity
    text: str
    figures: Mapping[str, Figure]
    since_ms: int
    last_ms: int
    ended_ms: int | None
