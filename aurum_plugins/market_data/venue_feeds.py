"""Making feeds, and the one that a process has in common."""

from __future__ import annotations

from aurum_plugins.clock import Clock, WallClock
from aurum_plugins.market_data.connection import Connection
from aurum_plugins.market_data.quote_board import QuoteBoard
from aurum_plugins.market_data.resilience.venue_health import HealthRecord
from aurum_plugins.market_data.simulated_venues import at_sandbox
from aurum_plugins.market_data.venue_events import VenueEvents
from aurum_plugins.market_data.venue_feed import STOP_SECONDS, VenueFeed
from aurum_plugins.market_data.venue_settings import VenueSettings
from aurum_plugins.market_data.venues.guarded_client import guarded_client
from aurum_plugins.process_wide import ProcessWide

_shared: ProcessWide[VenueFeed] = ProcessWide(STOP_SECONDS)


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
        client, health = guarded_client(name, source, settings, clock, events.circuit_changed)
        connections[client] = health
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
    return _shared.get(at_sandbox(settings).model_dump_json(), lambda: new_feed(settings))
