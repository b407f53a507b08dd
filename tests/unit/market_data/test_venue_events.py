"""What happens to venues, in words."""

from __future__ import annotations

import logging
import threading

import pytest

from aurum_plugins.market_data.consensus.trust import TrustChange
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitChange, CircuitState
from aurum_plugins.market_data.venue_events import MOST_KEPT, VenueEvents

CLOSED, OPEN, TRYING = CircuitState.CLOSED, CircuitState.OPEN, CircuitState.HALF_OPEN


def change(before: CircuitState, after: CircuitState, venue: str = "kraken") -> CircuitChange:
    return CircuitChange(venue, before, after, 1, "5 failures in a row")


def test_an_outage_is_told_when_it_begins_and_when_it_ends(caplog) -> None:
    events = VenueEvents()
    with caplog.at_level(logging.WARNING):
        for step in (
            change(CLOSED, OPEN),
            change(OPEN, TRYING),
            change(TRYING, OPEN),
            change(OPEN, TRYING),
            change(TRYING, CLOSED),
        ):
            events.circuit_changed(step)
    told = ["kraken does not answer (5 failures in a row).", "kraken answers again."]
    assert events.take() == told == caplog.messages
    assert events.take() == []


def test_a_circuit_that_was_never_open_tells_nothing() -> None:
    events = VenueEvents()
    events.circuit_changed(change(TRYING, CLOSED))
    assert events.take() == []


def test_each_venue_for_itself() -> None:
    events = VenueEvents()
    events.circuit_changed(change(CLOSED, OPEN))
    events.circuit_changed(change(CLOSED, OPEN, "binance"))
    events.circuit_changed(change(TRYING, CLOSED, "binance"))
    assert len(events.take()) == 3


@pytest.mark.parametrize(
    ("trusted", "text"),
    [
        (False, "kraken is no longer believed: far from the others on 3 of 4 pairs."),
        (True, "kraken is believed again."),
    ],
)
def test_trust(trusted, text) -> None:
    events = VenueEvents()
    events.trust_changed(TrustChange("kraken", trusted, 1, {"outliers": 3, "judged": 4}))
    assert events.take() == [text]


def test_the_newest_are_kept() -> None:
    events = VenueEvents()
    for number in range(MOST_KEPT + 5):
        events.trust_changed(TrustChange(f"venue {number}", True, 1))
    taken = events.take()
    assert len(taken) == MOST_KEPT
    assert taken[-1] == f"venue {MOST_KEPT + 4} is believed again."


def test_who_takes_at_the_same_time_gets_each_once() -> None:
    events = VenueEvents()
    taken: list[str] = []
    done = threading.Event()

    def take() -> None:
        while not done.is_set():
            taken.extend(events.take())

    takers = [threading.Thread(target=take) for _ in range(3)]
    for taker in takers:
        taker.start()
    for number in range(300):
        while len(events._kept) > 50:
            pass
        events.trust_changed(TrustChange(f"venue {number}", True, 1))
    done.set()
    for taker in takers:
        taker.join()
    taken += events.take()
    assert sorted(taken) == sorted(f"venue {n} is believed again." for n in range(300))
