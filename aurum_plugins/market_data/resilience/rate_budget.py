"""How often a venue may be asked: never more than so many times in any minute.

A sliding window over the grants themselves, not a bucket that refills: a full bucket lets nearly
twice its size through in one minute.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque

from aurum_plugins.clock import MINUTE_MS, SECOND_MS, Clock
from aurum_plugins.market_data.resilience.forward_clock import ForwardClock
from aurum_plugins.market_data.resilience.venue_errors import BudgetSpent

DEFAULT_PAUSE_S = 10.0
LONGEST_PAUSE_S = 600.0


class RateBudget:
    """Grants requests to one venue, first come first served.

    Used from one event loop at a time.

    Parameters
    ----------
    venue : str
        ccxt's id of the exchange.
    clock : Clock
        When it is set back, a grant comes a little later, at most by a minute and what is left of
        a pause.
    per_minute : int
        Most grants in any 60 s, at least 1.
    longest_wait_s : float
        Who would have to wait for longer, is told at once.
    """

    def __init__(self, venue: str, clock: Clock, *, per_minute: int, longest_wait_s: float) -> None:
        if per_minute < 1:
            raise ValueError(f"per_minute must be 1 or more, got {per_minute}")
        if not (math.isfinite(longest_wait_s) and longest_wait_s >= 0):
            raise ValueError(f"longest_wait_s must be 0 or more, got {longest_wait_s}")
        self._venue = venue
        self._clock = ForwardClock(clock)
        self._longest_wait_ms = round(longest_wait_s * SECOND_MS)
        # The newest grants; the oldest of them says when the next may be.
        self._granted_ms: deque[int] = deque(maxlen=per_minute)
        self._paused_until_ms = self._clock.now_ms()
        self._waiting = 0
        self._turn = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def acquire(self, request: str) -> None:
        """Return when a request may be sent.

        Parameters
        ----------
        request : str
            In our words, for the error.

        Raises
        ------
        BudgetSpent
            It would take longer than `longest_wait_s`; at once where that is known at once, else
            (a pause came while waiting) before that time is over. `retry_after_s` is how long it
            would take.
        """
        latest_ms = self._clock.now_ms() + self._longest_wait_ms
        self._left_ms(request, latest_ms, before_us=self._waiting)
        self._waiting += 1
        try:
            async with self._turn_in_this_loop():
                while (left_ms := self._left_ms(request, latest_ms)) > 0:
                    await self._clock.sleep(left_ms / SECOND_MS)
                self._granted_ms.append(self._clock.now_ms())
        finally:
            self._waiting -= 1

    def pause(self, seconds: float | None) -> None:
        """Grant nothing for a while; a pause that already lasts longer stays as it is.

        Parameters
        ----------
        seconds : float or None
            As the venue says in Retry-After; at most 600. What makes no sense (None, NaN, a
            negative number) is taken as 10.
        """
        if seconds is None or math.isnan(seconds) or seconds < 0:
            seconds = DEFAULT_PAUSE_S
        until_ms = self._clock.now_ms() + math.ceil(min(seconds, LONGEST_PAUSE_S) * SECOND_MS)
        self._paused_until_ms = max(self._paused_until_ms, until_ms)

    @property
    def paused_for_s(self) -> float:
        """What is left of a pause, in seconds."""
        return max(0, self._paused_until_ms - self._clock.now_ms()) / SECOND_MS

    def _turn_in_this_loop(self) -> asyncio.Lock:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            # A lock that was once waited for serves no other loop.
            self._loop, self._turn = loop, asyncio.Lock()
        return self._turn

    def _left_ms(self, request: str, latest_ms: int, before_us: int = 0) -> int:
        """Milliseconds until the grant that comes after `before_us` others."""
        now_ms = self._clock.now_ms()
        granted = self._granted_ms.copy()
        at_ms = now_ms
        for _ in range(before_us + 1):
            at_ms = max(at_ms, self._paused_until_ms)
            if len(granted) == granted.maxlen:
                at_ms = max(at_ms, granted[0] + MINUTE_MS)
            granted.append(at_ms)
        # What need not be waited for is granted, though the clock went on since `latest_ms`.
        if at_ms > max(now_ms, latest_ms):
            left_s = (at_ms - now_ms) / SECOND_MS
            reason = f"not asked, our own limit allows it in {left_s:g} s"
            raise BudgetSpent(self._venue, request, reason, retry_after_s=left_s)
        return at_ms - now_ms
