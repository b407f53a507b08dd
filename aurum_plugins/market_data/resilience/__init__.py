"""What stands between us and a venue that fails: retries, a breaker, a budget, a record."""

from aurum_plugins.market_data.resilience.circuit_breaker import (
    CircuitBreaker,
    CircuitChange,
    CircuitState,
)
from aurum_plugins.market_data.resilience.guarded_calls import GuardedCalls
from aurum_plugins.market_data.resilience.rate_budget import RateBudget
from aurum_plugins.market_data.resilience.venue_health import HealthRecord, Outage, VenueHealth

__all__ = [
    "CircuitBreaker",
    "CircuitChange",
    "CircuitState",
    "GuardedCalls",
    "HealthRecord",
    "Outage",
    "RateBudget",
    "VenueHealth",
]
