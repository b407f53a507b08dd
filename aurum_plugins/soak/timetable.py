"""When in a run what happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Timetable:
    """Seconds since the bot went through its loop for the first time.

    Attributes
    ----------
    armed : float
        The faults begin: after a minute, or a fifth of a short run.
    disarmed : float
        They end: two minutes before the end, or a third of a short run.
    warm : float
        Memory is compared with that of now: after two minutes, or a fifth of a short run.
    end : float
        The bot is stopped at the next rest between two candles.
    """

    armed: float
    disarmed: float
    warm: float
    end: float

    @classmethod
    def of(cls, minutes: float) -> Self:
        """The timetable of a run that lasts so long."""
        end = 60 * minutes
        return cls(min(60.0, end / 5), end - min(120.0, end / 3), min(120.0, end / 5), end)
