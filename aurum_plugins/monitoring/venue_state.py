"""How a venue is, as this process or a bot's record tells it."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from aurum_plugins.market_data.resilience.venue_health import VenueHealth

_COUNTS = ("requests", "retries", "trips")
_NUMBERS = ("error_rate", "latency_p50_ms", "latency_p95_ms")
_MAYBE = ("last_success_ms", "clock_offset_ms")


@dataclass(frozen=True)
class VenueState:
    """One venue.

    Attributes
    ----------
    venue : str
    state : str
        Of its circuit breaker: "closed", "open" or "half-open".
    trusted : bool
        False: its prices do not count for a while.
    requests, errors, retries, trips, error_rate, latency_p50_ms, latency_p95_ms
        As `VenueHealth` has them; NaN = not known.
    last_success_ms, clock_offset_ms
        As `VenueHealth` has them.
    """

    venue: str
    state: str
    trusted: bool
    requests: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)
    retries: int = 0
    trips: int = 0
    error_rate: float = math.nan
    latency_p50_ms: float = math.nan
    latency_p95_ms: float = math.nan
    last_success_ms: int | None = None
    clock_offset_ms: float | None = None

    @classmethod
    def of(cls, health: VenueHealth, distrusted: Collection[str]) -> VenueState:
        """As it is now."""
        names = (*_COUNTS, *_NUMBERS, *_MAYBE)
        return cls(
            venue=health.venue,
            state=str(health.state),
            trusted=health.venue not in distrusted,
            errors=dict(health.errors),
            **{name: getattr(health, name) for name in names},
        )

    @classmethod
    def of_record(cls, venue: str, state: str, figures: Mapping[str, Any]) -> VenueState:
        """As a bot wrote it down; what it did not write is not known.

        Parameters
        ----------
        venue, state : str
        figures : mapping of str to object
            As `aurum_plugins.trading.venue_log` writes them.
        """
        told = {name: value for name, value in figures.items() if value is not None}
        names = (*_COUNTS, *_NUMBERS, *_MAYBE, "errors")
        return cls(
            venue=venue,
            state=state,
            # Who does not say that it trusts a venue does not.
            trusted=not told.get("distrusted", True),
            **{name: told[name] for name in names if name in told},
        )
