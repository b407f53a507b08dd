"""Whether a bot lives, as far as its own signs of life go."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from aurum_plugins.clock import DAY_MS, SECOND_MS
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot

EXITED: Final = "exited"
# States in which freqtrade goes round its loop and looks at candles.
TRADING: Final = frozenset({"running", "paused"})


class Standing(StrEnum):
    """How it stands with a bot."""

    # It never wrote a sign of life, or none can be read.
    UNKNOWN = "unknown"
    ALIVE = "alive"
    # Its last sign of life is from the future.
    AHEAD = "ahead"
    SILENT = "silent"
    # It ended in order.
    EXITED = "exited"
    # Not heard of for days.
    FORGOTTEN = "forgotten"


def standing(snapshot: BotSnapshot, settings: MonitorSettings) -> Standing:
    """How it stands with a bot at the moment of the snapshot."""
    if snapshot.loop is None:
        return Standing.UNKNOWN
    age_ms = snapshot.now_ms - snapshot.loop.at_ms
    if age_ms >= settings.forget_days * DAY_MS:
        return Standing.FORGOTTEN
    if snapshot.loop.report.state == EXITED:
        return Standing.EXITED
    if age_ms > settings.silent_seconds * SECOND_MS:
        return Standing.SILENT
    # It would pass for alive for so long after its death.
    ahead = age_ms < -settings.silent_seconds * SECOND_MS
    return Standing.AHEAD if ahead else Standing.ALIVE


def trades(snapshot: BotSnapshot) -> bool:
    """Whether a bot says that it goes round its loop."""
    return snapshot.loop is not None and snapshot.loop.report.state in TRADING
