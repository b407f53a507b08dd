"""When a start counts as a good one."""

from __future__ import annotations

from typing import Final

from aurum_plugins.clock import MINUTE_MS

# With freqtrade's usual 5 s between loops, two and a half minutes: longer than a venue's breaker
# stays open and than freqtrade pauses after a temporary error. It also makes a bot of slow loops
# show more than one of them.
LOOPS_IN_A_ROW: Final = 30
# As long as freqtrade's example lets an order wait: what was ordered first was filled or cancelled.
LEAST_MS: Final = 10 * MINUTE_MS


class Probation:
    """Watches a start until it is proved good: loops in a row, one full round, and some time.

    A loop that fails begins the row anew. The time and the round need not come again.

    Parameters
    ----------
    begun_ms : int
        When the bot was set up, UTC milliseconds.
    loops : int
        So many loops in a row must end without an error.
    least_ms : int
        So many milliseconds must pass.

    Attributes
    ----------
    decided : bool
        Whether every pair's newest candle was decided on.
    """

    def __init__(
        self, begun_ms: int, loops: int = LOOPS_IN_A_ROW, least_ms: int = LEAST_MS
    ) -> None:
        self._begun_ms = begun_ms
        self._loops = loops
        self._least_ms = least_ms
        self._in_a_row = 0
        self.decided = False

    def loop_ended(self, *, failed: bool) -> None:
        """Count a loop."""
        self._in_a_row = 0 if failed else self._in_a_row + 1

    def passed(self, now_ms: int) -> bool:
        """Whether the bot runs well, and has done so for long enough."""
        lasted = now_ms - self._begun_ms >= self._least_ms
        return self.decided and lasted and self._in_a_row >= self._loops
