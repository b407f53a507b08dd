"""A venue's client, and the guard that its requests pass through."""

from __future__ import annotations

from collections.abc import Callable

from aurum_plugins.clock import SECOND_MS, Clock
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitBreaker, CircuitChange
from aurum_plugins.market_data.resilience.guarded_calls import GuardedCalls
from aurum_plugins.market_data.resilience.rate_budget import RateBudget
from aurum_plugins.market_data.resilience.venue_health import HealthRecord
from aurum_plugins.market_data.venue_settings import SourceSettings, VenueSettings
from aurum_plugins.market_data.venues.ccxt_errors import venue_error
from aurum_plugins.market_data.venues.venue_client import VenueClient


def guarded_client(
    name: str,
    source: SourceSettings,
    settings: VenueSettings,
    clock: Clock,
    on_change: Callable[[CircuitChange], object],
) -> tuple[VenueClient, HealthRecord]:
    """Make a client behind retries, a circuit breaker and a rate budget of its own.

    Parameters
    ----------
    name : str
        ccxt's id of the exchange.
    source : SourceSettings
    settings : VenueSettings
    clock : Clock
    on_change : callable
        Told of each change of the circuit, after the health record was.

    Returns
    -------
    client : VenueClient
    health : HealthRecord
        Of the client's requests.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        As `VenueClient`.
    """
    health = HealthRecord(name, clock)

    def circuit_changed(change: CircuitChange) -> None:
        health.circuit_changed(change)
        on_change(change)

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
    calls = GuardedCalls(
        name,
        settings,
        clock,
        breaker,
        budget,
        health,
        lambda request, error: venue_error(name, request, error),
    )
    return VenueClient(name, source, settings, clock, calls), health
