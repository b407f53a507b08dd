"""Time as a dependency: a wall clock for running, a virtual one for tests.

All times are integers: milliseconds since 1970-01-01T00:00:00 UTC.
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


class Clock(Protocol):
    """What the rest of the code may ask of time."""

    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when `seconds` of this clock have passed."""
        ...


class WallClock:
    """The machine's own clock."""

    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC."""
        return time.time_ns() // 1_000_000

    async def sleep(self, seconds: float) -> None:
        """Return when `seconds` have passed."""
        await asyncio.sleep(seconds)


class VirtualClock:
    """A clock that stands still until it is told to move.

    Parameters
    ----------
    start_ms : int
        UTC milliseconds at which the clock starts.

    Examples
    --------
    >>> clock = VirtualClock(start_ms=0)
    >>> clock.advance(1_500)
    1500
    >>> clock.now_ms()
    1500
    """

    def __init__(self, start_ms: int) -> None:
        self._now_ms = start_ms

    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC, as last moved to."""
        return self._now_ms

    def advance(self, by_ms: int) -> int:
        """Move forward by `by_ms` milliseconds and return the new time.

        Raises
        ------
        ValueError
            If `by_ms` is negative: time does not run backwards.
        """
        if by_ms < 0:
            raise ValueError(f"by_ms must be 0 or more, got {by_ms}")
        self._now_ms += by_ms
        return self._now_ms

    async def sleep(self, seconds: float) -> None:
        """Advance by `seconds` at once, then let other tasks run."""
        self.advance(round(seconds * SECOND_MS))
        await asyncio.sleep(0)
