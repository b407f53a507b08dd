"""A clock whose time never goes back, for measuring how long something lasts."""

from __future__ import annotations

from aurum_plugins.clock import Clock


class ForwardClock:
    """Another clock's time, which stands still while that clock is set back.

    What passed between the last look at the clock and its being set back is lost: a span may be
    measured too short, by no more than that. A clock that is set forward cannot be told from time
    that passes. Not safe to be read by several threads at once.

    Parameters
    ----------
    clock : Clock

    Examples
    --------
    >>> from aurum_plugins.clock import VirtualClock
    >>> clock = VirtualClock(start_ms=5)
    >>> forward = ForwardClock(clock)
    >>> clock.advance(10)
    15
    >>> forward.now_ms()
    15
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen_ms = clock.now_ms()
        self._ahead_ms = 0

    def now_ms(self) -> int:
        """Milliseconds that never decrease; the epoch is the clock's own until it is set back."""
        now_ms = self._clock.now_ms()
        self._ahead_ms += max(0, self._seen_ms - now_ms)
        self._seen_ms = now_ms
        return now_ms + self._ahead_ms

    async def sleep(self, seconds: float) -> None:
        """Return when `seconds` of the clock have passed."""
        await self._clock.sleep(seconds)
