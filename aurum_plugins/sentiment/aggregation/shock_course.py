"""When there was a shock about one subject, and how strong it was."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from math import floor, fsum, log2
from typing import Final

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.settings import ShockSettings
from aurum_plugins.sentiment.store.recorded_event import RecordedEvent

# Items no older than so many half-lives bring a shock about.
RECENT_HALF_LIVES: Final = 4


@dataclass(frozen=True, slots=True)
class Pull:
    """What an event counts for a subject, when it is seen: severity times weight."""

    force: float
    event: RecordedEvent

    @property
    def rank(self) -> tuple[float, int, str, str, str]:
        """The first in this order weighed most; of equals, the one that was seen first."""
        event = self.event
        return -self.force, event.seen_ms, event.source, event.text, event.event.kind


@dataclass(frozen=True, slots=True)
class _Step:
    """A shock as it was from one of its items on, as long as there was no other."""

    seen_ms: int
    level: float
    since_ms: int
    end_ms: int
    heaviest: Pull
    items: int


class ShockCourse:
    """Shocks about one subject, one after the other.

    Only what is known during a shock is kept, and the items that may still bring one about.

    Parameters
    ----------
    subject : str
    settings : ShockSettings
    """

    def __init__(self, subject: str, settings: ShockSettings) -> None:
        self._subject = subject
        self._settings = settings
        self._half_life_ms = settings.half_life_minutes * MINUTE_MS
        self._steps: list[_Step] = []
        self._recent: deque[Pull] = deque()
        # Of the newest time, how many pulls came of it, and the level and time before it: more may
        # come of the same time.
        self._level = 0.0
        self._at_ms: int | None = None
        self._here = 0
        self._before: tuple[float, int | None] = (0.0, None)

    def add(self, pulls: Iterable[Pull], at_ms: int) -> None:
        """Add what was seen at one time, which is no earlier than all before."""
        if at_ms == self._at_ms:
            new = [*(self._recent.pop() for _ in range(self._here)), *pulls]
            if self._steps and self._steps[-1].seen_ms == at_ms:
                self._steps.pop()
        else:
            new = list(pulls)
            self._before = self._level, self._at_ms
        level, before_ms = self._before
        if before_ms is not None:
            level = self._decayed(level, at_ms - before_ms)
        self._level = fsum([level, *(pull.force for pull in new)])
        self._at_ms, self._here = at_ms, len(new)
        oldest_ms = at_ms - RECENT_HALF_LIVES * self._half_life_ms
        while self._recent and self._recent[0].event.seen_ms < oldest_ms:
            self._recent.popleft()
        self._recent.extend(new)
        self._step(new, at_ms)

    def on(self, at_ms: int) -> Shock | None:
        """The shock that was on at a time, as it was known then."""
        place = bisect_right(self._steps, at_ms, key=lambda step: step.seen_ms) - 1
        if place < 0 or at_ms >= self._steps[place].end_ms:
            return None
        step = self._steps[place]
        heaviest = step.heaviest.event
        return Shock(
            subject=self._subject,
            kind=heaviest.event.kind,
            headline=heaviest.text,
            source=heaviest.source,
            since_ms=step.since_ms,
            level=self._decayed(step.level, at_ms - step.seen_ms),
            items=step.items,
        )

    def forget_before(self, at_ms: int) -> None:
        """Drop what no time from `at_ms` on needs."""
        place = bisect_right(self._steps, at_ms, key=lambda step: step.seen_ms) - 1
        # The one before stays too: more may come of the time at which the newest was seen.
        del self._steps[: max(0, place - 1)]

    def _step(self, new: list[Pull], at_ms: int) -> None:
        """Let a shock begin, or go on, with what was seen at a time."""
        settings = self._settings
        last = self._steps[-1] if self._steps else None
        if last is not None and at_ms < last.end_ms:
            since_ms, items = last.since_ms, last.items + len(new)
            heaviest = min(last.heaviest, *new, key=lambda pull: pull.rank)
        elif self._level >= settings.begin_level and self._sources() >= settings.fewest_sources:
            since_ms, items = at_ms, len(self._recent)
            heaviest = min(self._recent, key=lambda pull: pull.rank)
        else:
            return
        # Level * 2^-(x / half-life) = release level.
        lasts_ms = self._half_life_ms * log2(self._level / settings.release_level)
        end_ms = max(
            since_ms + round(settings.shortest_minutes * MINUTE_MS), at_ms + floor(lasts_ms) + 1
        )
        self._steps.append(_Step(at_ms, self._level, since_ms, end_ms, heaviest, items))

    def _sources(self) -> int:
        return len({pull.event.source for pull in self._recent})

    def _decayed(self, level: float, after_ms: int) -> float:
        return float(level * 2.0 ** (-after_ms / self._half_life_ms))
