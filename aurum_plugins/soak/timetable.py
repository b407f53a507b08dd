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
    early : float
        Memory is noted: after two minutes, or a fifth of a short run.
    warm : float
        Memory is compared with that of now, caches being full: after ten minutes, or a fifth of a
        run of less than 50.
    end : float
        The bot is stopped at the next rest between two candles.
    """

    armed: float
    disarmed: float
    early: float
    warm: float
    end: float

    @classmethod
    def of(cls, minutes: float) -> Self:
        """The timetable of a run that lasts so long."""
        end = 60 * minutes
        return cls(
            armed=min(60.0, end / 5),
            disarmed=end - min(120.0, end / 3),
            early=min(120.0, end / 5),
            warm=min(600.0, end / 5),
            end=end,
        )
