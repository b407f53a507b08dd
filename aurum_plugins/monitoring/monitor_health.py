"""How the monitor itself does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.monitoring.alerts.alert import Alert

LATE_MS: Final = 30 * SECOND_MS


@dataclass(frozen=True)
class MonitorHealth:
    """The monitor at its last look; UTC milliseconds.

    Attributes
    ----------
    version : str
        Of AurumBotX.
    started_ms : int
        When it began to watch.
    database : str
        URL without password and parameters.
    database_reachable : bool
        Whether the bots' names could be read.
    at_ms : int or None
        When the last look ended; None: none has yet.
    took_ms : float or None
        How long it took.
    looks : int
        Since the start.
    bots : int
        That it knows.
    alerting : bool
        Whether alerts are raised.
    alerts : tuple of Alert
        Open ones that are about no bot, but about the machine.
    faults : mapping of str to str
        By part: what failed at the last look.
    """

    version: str
    started_ms: int
    database: str
    database_reachable: bool = False
    at_ms: int | None = None
    took_ms: float | None = None
    looks: int = 0
    bots: int = 0
    alerting: bool = True
    alerts: tuple[Alert, ...] = ()
    faults: Mapping[str, str] = field(default_factory=dict)

    def is_well(self, now_ms: int) -> bool:
        """Whether it looked lately, and nothing failed."""
        is_late = self.at_ms is None or now_ms - self.at_ms > LATE_MS
        return self.database_reachable and not self.faults and not is_late
