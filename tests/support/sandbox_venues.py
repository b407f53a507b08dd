"""Clients of a sandbox's venues: real ccxt classes behind real guards, over loopback."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

from aurum_plugins.clock import SECOND_MS, WallClock
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitBreaker, CircuitChange
from aurum_plugins.market_data.resilience.guarded_calls import GuardedCalls
from aurum_plugins.market_data.resilience.rate_budget import RateBudget
from aurum_plugins.market_data.resilience.venue_health import HealthRecord
from aurum_plugins.market_data.venue_settings import SourceSettings, VenueSettings
from aurum_plugins.market_data.venues.ccxt_errors import venue_error
from aurum_plugins.market_data.venues.venue_client import VenueClient
from aurum_plugins.sandbox import SandboxServer
from aurum_plugins.sandbox.faults import FaultPlan

VENUES = ("binance", "coinbase", "kraken")
CURRENCIES = {"binance": ("USDT",), "coinbase": ("USD",), "kraken": ("USD",)}


@dataclass
class Venues:
    """Makes clients of a sandbox's venues, and breaks these.

    Attributes
    ----------
    server : SandboxServer
    changes : list of CircuitChange
        Of all circuits.
    """

    server: SandboxServer
    changes: list[CircuitChange] = field(default_factory=list)
    clients: list[VenueClient] = field(default_factory=list)

    def arm(self, *rules: dict[str, Any]) -> None:
        """Begin to break the sandbox."""
        self.server.exchange.injector.arm(FaultPlan.model_validate({"rules": rules}))

    def disarm(self) -> None:
        """End all faults."""
        self.server.exchange.injector.disarm()

    def source(self, venue: str, **config: Any) -> SourceSettings:
        """How a venue is pointed at the sandbox: by configuration alone."""
        url = self.server.url
        api = {
            "binance": {"public": f"{url}/api/v3"},
            "coinbase": {"rest": url},
            "kraken": {"public": url},
        }
        config = {"enableRateLimit": False, "urls": {"api": api[venue]}} | config
        return SourceSettings(
            currencies=CURRENCIES[venue], requests_per_minute=1_000, ccxt_config=config
        )

    def client(self, venue: str, **settings: Any) -> VenueClient:
        """A client that makes few attempts and gives up early, unless told otherwise."""
        few = {"timeout_seconds": 1.0, "longest_retry_seconds": 0.5, "failures_to_open": 100}
        chosen = VenueSettings(**few | settings)
        clock, health = WallClock(), HealthRecord(venue, WallClock())

        def changed(change: CircuitChange) -> None:
            self.changes.append(change)
            health.circuit_changed(change)

        breaker = CircuitBreaker(
            venue,
            clock,
            failures_to_open=chosen.failures_to_open,
            open_ms=round(chosen.open_seconds * SECOND_MS),
            on_change=changed,
        )
        source = self.source(venue)
        budget = RateBudget(venue, clock, per_minute=source.requests_per_minute, longest_wait_s=0.2)
        translate = functools.partial(venue_error, venue)
        calls = GuardedCalls(venue, chosen, clock, breaker, budget, health, translate)
        made = VenueClient(venue, source, chosen, clock, calls)
        made._api.timeout_on_exit = 0
        self.clients.append(made)
        return made
