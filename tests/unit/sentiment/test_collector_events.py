"""What happens to sources, in words."""

from __future__ import annotations

from aurum_plugins.market_data.resilience.circuit_breaker import CircuitChange, CircuitState
from aurum_plugins.market_data.resilience.venue_errors import VenueRefuses
from aurum_plugins.sentiment.collector_events import LONGEST, MOST_KEPT, CollectorEvents
from aurum_plugins.sentiment.sources.credentials_refused import CredentialsRefused


def change(after: CircuitState, reason: str = "3 failures in a row") -> CircuitChange:
    return CircuitChange("rss:one", CircuitState.CLOSED, after, 1, reason)


def test_a_source_that_is_silent_is_told_once_until_it_answers() -> None:
    events = CollectorEvents()
    for after in (CircuitState.OPEN, CircuitState.HALF_OPEN, CircuitState.OPEN):
        events.circuit_changed(change(after))
    assert events.take() == ["rss:one is silent: 3 failures in a row"]
    events.answered("rss:two")
    events.answered("rss:one")
    events.answered("rss:one")
    assert events.take() == ["rss:one answers again"]
    events.circuit_changed(change(CircuitState.OPEN))
    assert len(events.take()) == 1
    assert events.take() == []


def test_a_source_that_will_not_have_us() -> None:
    events = CollectorEvents()
    for _ in range(2):
        events.refused(CredentialsRefused("reddit:CryptoCurrency", "posts", "401"))
        events.refused(VenueRefuses("rss:one", "posts", "404"))
    assert events.take() == [
        "reddit:CryptoCurrency refused our credentials: 401",
        "rss:one will not answer: 404",
    ]
    events.answered("reddit:CryptoCurrency")
    assert events.take() == ["reddit:CryptoCurrency answers again"]


def test_the_database_is_told_of_once() -> None:
    events = CollectorEvents()
    events.written()
    events.not_written(OSError("away"))
    events.not_written(OSError("still away"))
    events.written()
    events.written()
    assert events.take() == [
        "sentiment is not written down: away",
        "sentiment is written down again",
    ]


def test_what_a_server_says_cannot_forge_a_log(caplog) -> None:
    events = CollectorEvents()
    events.circuit_changed(change(CircuitState.OPEN, f"a\nb\x1b[31m %s {{}} {'c' * 500}"))
    (told,) = events.take()
    assert told.startswith("rss:one is silent: a b [31m %s {} ccc")
    assert len(told) == LONGEST
    assert caplog.messages == [told]


def test_the_newest_are_kept() -> None:
    events = CollectorEvents()
    for number in range(MOST_KEPT + 5):
        events.refused(VenueRefuses(f"rss:{number}", "posts", "no"))
    told = events.take()
    assert len(told) == MOST_KEPT
    assert told[0].startswith("rss:5 ")
