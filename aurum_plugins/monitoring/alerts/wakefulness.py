"""Whether the monitor itself was awake, so that it may judge others."""

from __future__ import annotations


class Wakefulness:
    """After a while in which nobody looked, it waits for one period before it judges.

    A suspended laptop wakes its monitor and its bots at the same time, and the bots' last signs of
    life are as old as its sleep. The first look of a process is such a moment, too: bots may be
    starting with it.

    Parameters
    ----------
    period_ms : int
        A longer pause between two looks is a sleep.
    """

    def __init__(self, period_ms: int) -> None:
        self._period_ms = period_ms
        self._last_ms: int | None = None
        self._until_ms: int | None = None

    def judges(self, now_ms: int) -> bool:
        """Whether to judge what is seen now.

        Parameters
        ----------
        now_ms : int
            UTC milliseconds of this look.
        """
        slept = self._last_ms is None or now_ms - self._last_ms > self._period_ms
        self._last_ms = now_ms
        if self._until_ms is None and slept:
            self._until_ms = now_ms + self._period_ms
        elif self._until_ms is not None and not self._is_waiting(now_ms, self._until_ms):
            # Looks that are always far apart are a slow database: every second one judges.
            self._until_ms = None
        return self._until_ms is None

    def _is_waiting(self, now_ms: int, until_ms: int) -> bool:
        # Not if the clock was set back.
        return until_ms - self._period_ms <= now_ms < until_ms
