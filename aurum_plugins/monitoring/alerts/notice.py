"""What one channel is to tell of an alert."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.monitoring.alerts.alert import Alert, NoticeKind


@dataclass(frozen=True)
class Notice:
    """One row of the table `alert_notices`, with its alert; UTC milliseconds.

    Attributes
    ----------
    number : int
        A receiver that is told the same number twice was told the same twice.
    alert : Alert
        As it is now, which may be later than what `text` says.
    channel : str
    kind : NoticeKind
    text : str
        One line, plain.
    at_ms : int
        When there was something to tell.
    attempts : int
        To send it, this one included.
    """

    number: int
    alert: Alert
    channel: str
    kind: NoticeKind
    text: str
    at_ms: int
    attempts: int
