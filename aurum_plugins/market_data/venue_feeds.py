"""Making feeds, and the one that a process has in common."""

from __future__ import annotations

import atexit
import os
import threading

from aurum_plugins.clock import SECOND_MS, Clock, WallClock
from aurum_plugins.market_data.connection import Connection
from aurum_plugins.market_data.quote_board import QuoteBoard
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitBreaker, CircuitChange
from aurum_plugins.market_data.resilience.guarded_calls import GuardedCalls
from aurum_plugins.market_data.resilience.rate_budget import RateBudget
from aurum_plugins.market_data.resilience.venue_health import HealthRecord
from aurum_plugins.market_data.simulated_venues import at_sandbox
from aurum_plugins.market_data.venue_events import VenueEvents
from aurum_plugins.market_data.venue_feed import STOP_SECONDS, VenueFeed
from aurum_plugins.market_data.venue_settings import SourceSettings, VenueSettings
from aurum_plugins.market_data.venues.ccxt_errors import venue_error
from aurum_plugins.market_data.venues.venue_client import VenueClient

_shared: dict[str, VenueFeed] = {}
_turn = threading.Lock()


def new_feed(settings: VenueSettings, clock: Clock | None = None) -> VenueFeed:
    """A feed of the venues that are named, which has not begun to ask.

    Parameters
    ----------
    settings : VenueSettings
        With at least one source.
    clock : Clock, optional
        The machine's by default.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If ccxt knows no such venue, or one that cannot be asked for quotes.
    """
    clock, settings = clock or WallClock(), at_sandbox(settings)
    events = VenueEvents()
    connections: dict[Connection, HealthRecord] = {}
    for name, source in settings.sources.items():
        health = HealthRecord(name, clock)
        calls = _guarded_calls(name, source, settings, clock, health, events)
        connections[VenueClient(name, source, settings, clock, calls)] = health
    board = QuoteBoard(settings, clock, events.trust_changed)
    return VenueFeed(connections, board, clock, settings.refresh_seconds, events)


def shared_feed(settings: VenueSettings) -> VenueFeed:
    """Give the process's one feed, at work: it ends with the process.

    Asked for with other settings, as after the configuration was loaded again, another one takes
    its place, and the one before is told to stop. A forked process gets a feed of its own.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        As `new_feed`.
    """
    # What the environment says is a setting too.
    key = at_sandbox(settings).model_dump_json()
    with _turn:
        if key not in _shared:
            feed = new_feed(settings)
            _end_shared(0)
            _shared[key] = feed
        feed = _shared[key]
        feed.start()
    return feed


def _end_shared(seconds: float = STOP_SECONDS) -> None:
    while _shared:
        _, feed = _shared.popitem()
        feed.stop(seconds)


def _forget_shared() -> None:
    """In a forked process, where the parent's thread is not, but its sockets are."""
    global _turn  # noqa: PLW0603 - whoever held it is not in this process
    _turn = threading.Lock()
    _shared.clear()


atexit.register(_end_shared)
os.register_at_fork(after_in_child=_forget_shared)


def _guarded_calls(
    name: str,
    source: SourceSettings,
    settings: VenueSettings,
    clock: Clock,
    health: HealthRecord,
    events: VenueEvents,
) -> GuardedCalls:
    def circuit_changed(change: CircuitChange) -> None:
        health.circuit_changed(change)
        events.circuit_changed(change)

    breaker = CircuitBreaker(
        name,
        clock,
        failures_to_open=settings.failures_to_open,
        open_ms=round(settings.open_seconds * SECOND_MS),
        on_change=circuit_changed,
    )
    budget = RateBudget(
        name,
        clock,
        per_minute=source.requests_per_minute,
        longest_wait_s=settings.longest_retry_seconds,
    )
    return GuardedCalls(
        name,
        settings,
        clock,
        breaker,
        budget,
        health,
        lambda request, error: venue_error(name, request, error),
    )
