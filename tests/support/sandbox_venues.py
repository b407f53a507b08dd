"""Clients of a sandbox's venues: real ccxt classes behind real guards, over loopback."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aurum_plugins.clock import WallClock
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitChange
from aurum_plugins.market_data.venue_settings import SourceSettings, VenueSettings
from aurum_plugins.market_data.venues.guarded_client import guarded_client
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
        source = self.source(venue)
        made, _ = guarded_client(venue, source, chosen, WallClock(), self.changes.append)
        made._api.timeout_on_exit = 0
        self.clients.append(made)
        return made
