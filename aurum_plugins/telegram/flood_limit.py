"""How many commands of one person are answered."""

from __future__ import annotations

from collections import OrderedDict, deque
from enum import StrEnum
from typing import Final

from aurum_plugins.clock import MINUTE_MS, Clock

A_MINUTE: Final = 20
_MOST_PEOPLE: Final = 1_000


class Pass(StrEnum):
    """What becomes of a command."""

    ANSWER = "answer"
    # The first one too many.
    WARN = "warn"
    IGNORE = "ignore"


class FloodLimit:
    """Counts the commands of each person in the last minute.

    One that is not answered does not count, so that the oldest ones make room in time whatever is
    sent meanwhile.

    Parameters
    ----------
    clock : Clock
    most : int
        Commands a minute.
    """

    def __init__(self, clock: Clock, most: int = A_MINUTE) -> None:
        self._clock = clock
        self._most = most
        self._answered: OrderedDict[int, deque[int]] = OrderedDict()
        self._warned: set[int] = set()

    def of(self, user: int) -> Pass:
        """Count a command of a person's, by the number that Telegram gives them."""
        now_ms = self._clock.now_ms()
        times = self._answered.setdefault(user, deque())
        self._answered.move_to_end(user)
        if len(self._answered) > _MOST_PEOPLE:
            self._warned.discard(self._answered.popitem(last=False)[0])
        # Also those that a clock which was set back has put into the future.
        while times and not 0 <= now_ms - times[0] < MINUTE_MS:
            times.popleft()
        if len(times) < self._most:
            times.append(now_ms)
            self._warned.discard(user)
            return Pass.ANSWER
        if user in self._warned:
            return Pass.IGNORE
        self._warned.add(user)
        return Pass.WARN
