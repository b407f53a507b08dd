"""What the monitor knows, encoded once for all who ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from aurum_plugins.clock import Clock
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.monitoring.web.metrics.alert_metrics import open_alerts
from aurum_plugins.monitoring.web.metrics.metrics import Watched
from aurum_plugins.monitoring.web.snapshot_document import (
    plain_document,
    report_document,
    snapshot_document,
)


class Documents:
    """JSON of bots and of the monitor; a snapshot is encoded when it is first asked for.

    Parameters
    ----------
    monitor : Watched
    clock : Clock
    """

    def __init__(self, monitor: Watched, clock: Clock) -> None:
        self._monitor = monitor
        self._clock = clock
        self._encoded: dict[str, tuple[BotSnapshot, bytes]] = {}

    def bot(self, name: str) -> bytes | None:
        """One bot; None if there is none of that name."""
        snapshots = self._monitor.snapshots()
        snapshot = snapshots.get(name)
        if snapshot is None:
            return None
        known = self._encoded.get(name)
        if known is None or known[0] is not snapshot:
            known = snapshot, orjson.dumps(snapshot_document(snapshot))
            self._encoded = {bot: self._encoded[bot] for bot in snapshots if bot in self._encoded}
            self._encoded[name] = known
        return known[1]

    def bots(self) -> dict[str, Any]:
        """Every bot, and whether it needs somebody."""
        return {
            "now_ms": self._clock.now_ms(),
            "bots": [_summary(bot) for bot in self._monitor.snapshots().values()],
        }

    def health(self) -> Mapping[str, Any]:
        """How the monitor itself does."""
        health = self._monitor.health()
        now_ms = self._clock.now_ms()
        document: dict[str, Any] = plain_document(health, "")
        return {"now_ms": now_ms, "is_well": health.is_well(now_ms), **document}


def _summary(snapshot: BotSnapshot) -> dict[str, Any]:
    numbers = open_alerts(snapshot)
    return {
        "bot": snapshot.bot,
        "now_ms": snapshot.now_ms,
        "loop": report_document(snapshot.loop),
        "open": {severity.value: number for severity, number in numbers.items()},
    }
