"""Events as a store gives them back, and shocks worked out minute by minute."""

from __future__ import annotations

from collections.abc import Sequence

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.sentiment.scored_item import Event, EventKind
from aurum_plugins.sentiment.settings import ShockSettings
from aurum_plugins.sentiment.store.recorded_event import RecordedEvent

START_MS = 1_735_689_600_000


def reported(
    minute: float,
    severity: float = 0.6,
    *,
    source: str = "rss:a",
    subjects: tuple[str, ...] = ("BTC",),
    kind: EventKind = EventKind.HACK,
    weight: float = 1.0,
    text: str = "drained",
) -> RecordedEvent:
    """An item seen so many minutes after `START_MS`."""
    seen_ms = START_MS + round(minute * MINUTE_MS)
    return RecordedEvent(seen_ms, source, text, subjects, Event(kind, severity), weight)


def level_at(events: Sequence[RecordedEvent], settings: ShockSettings, at_ms: int) -> float:
    """Sum over the events of one subject, from its definition."""
    half_life_ms = settings.half_life_minutes * MINUTE_MS
    return sum(
        event.event.severity * event.weight * 2.0 ** ((event.seen_ms - at_ms) / half_life_ms)
        for event in events
        if event.seen_ms <= at_ms
    )


def slow_shock(
    events: Sequence[RecordedEvent], settings: ShockSettings, minutes: int
) -> list[int | None]:
    """When the shock that is on began, in minutes, at each minute; events are at whole minutes."""
    since: int | None = None
    answers = []
    for minute in range(minutes):
        at_ms = START_MS + minute * MINUTE_MS
        level = level_at(events, settings, at_ms)
        if since is not None:
            # Before anything that is seen right now.
            before = level_at([e for e in events if e.seen_ms < at_ms], settings, at_ms)
            if before < settings.release_level and minute - since >= settings.shortest_minutes:
                since = None
        new = any(event.seen_ms == at_ms for event in events)
        oldest_ms = at_ms - 4 * settings.half_life_minutes * MINUTE_MS
        sources = {event.source for event in events if oldest_ms <= event.seen_ms <= at_ms}
        if (
            since is None
            and new
            and level >= settings.begin_level
            and len(sources) >= settings.fewest_sources
        ):
            since = minute
        answers.append(since)
    return answers
