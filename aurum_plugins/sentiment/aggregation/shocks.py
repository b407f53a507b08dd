"""From reported events to shocks.

    level(t) = sum of severity * weight * 2^-((t - seen) / half-life)

A shock begins with the item that brings the level to `begin_level`, if the items of the last four
half-lives come from `fewest_sources` sources. It ends `shortest_minutes` later, or when the level
falls below `release_level` if that is later still; items seen before prolong it. Then another may
begin. What is on at a time follows from the events seen until then, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from math import inf
from typing import Final

from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.aggregation.shock_course import Pull, ShockCourse
from aurum_plugins.sentiment.scored_item import EXCHANGE, MARKET
from aurum_plugins.sentiment.settings import ShockSettings
from aurum_plugins.sentiment.store.recorded_event import RecordedEvent

# An exchange in trouble concerns all of crypto, but not as much as its own customers.
MARKET_SHARE: Final = 0.5


class Shocks:
    """Shocks about all subjects.

    Restarts, backtests and running bots agree as far as they were given the same events. A shock
    that is prolonged again and again may have begun long ago, so give it all events that there are.

    Parameters
    ----------
    settings : ShockSettings
    """

    def __init__(self, settings: ShockSettings) -> None:
        self._settings = settings
        self._courses: dict[str, ShockCourse] = {}
        self._newest_ms: int | None = None

    def add(self, events: Sequence[RecordedEvent]) -> None:
        """Add events in order of the time at which they were seen.

        All at once, or bit by bit; in whatever order those of one millisecond are.

        Raises
        ------
        ValueError
            If one was seen before another that was added already, or its severity or weight is not
            a number above 0. Nothing is added then.
        """
        self._newest_ms = _checked(events, self._newest_ms)
        for at_ms, together in groupby(events, key=lambda event: event.seen_ms):
            pulls: dict[str, list[Pull]] = {}
            for event in together:
                for subject, share in concerned(event.subjects).items():
                    force = share * event.event.severity * event.weight
                    pulls.setdefault(subject, []).append(Pull(force, event))
            for subject, new in pulls.items():
                if subject not in self._courses:
                    self._courses[subject] = ShockCourse(subject, self._settings)
                self._courses[subject].add(new, at_ms)

    def on(self, subjects: Collection[str], at_ms: int) -> Shock | None:
        """The strongest shock about any of some subjects that was on at a time.

        Parameters
        ----------
        subjects : collection of str
            Coins, "@" and an exchange, `MARKET`.
        at_ms : int
            UTC milliseconds; any time since `forget_before`. Events seen later do not matter.
        """
        courses = (self._courses[name] for name in subjects if name in self._courses)
        found = [shock for course in courses if (shock := course.on(at_ms)) is not None]
        return min(
            found, key=lambda shock: (-shock.level, shock.since_ms, shock.subject), default=None
        )

    def forget_before(self, at_ms: int) -> None:
        """Drop what is not needed for any time from `at_ms` on; a running bot does so daily."""
        for course in self._courses.values():
            course.forget_before(at_ms)


def concerned(subjects: Collection[str]) -> Mapping[str, float]:
    """Subjects that an event is a shock to, each with the share of its severity that counts.

    Its coins and exchanges; half of it for the market where an exchange is among them; the market
    alone where it names neither.
    """
    named = dict.fromkeys((name for name in subjects if name != MARKET), 1.0)
    if not named:
        return {MARKET: 1.0}
    if any(name.startswith(EXCHANGE) for name in named):
        named[MARKET] = MARKET_SHARE
    return named


def _checked(events: Sequence[RecordedEvent], newest_ms: int | None) -> int | None:
    """Refuse events that cannot be added; the newest time with them."""
    for event in events:
        if newest_ms is not None and event.seen_ms < newest_ms:
            raise ValueError(
                "events must be added in order of the time at which they were seen, got "
                f"{event.seen_ms} after {newest_ms}"
            )
        if not 0 < event.event.severity * event.weight < inf:
            raise ValueError(
                "severity and weight of an event must be above 0 and finite, got "
                f"{event.event.severity:g} and {event.weight:g}"
            )
        newest_ms = event.seen_ms
    return newest_ms
