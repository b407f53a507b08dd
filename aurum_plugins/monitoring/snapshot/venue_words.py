"""The venues as a bot last wrote them down."""

from __future__ import annotations

import math

from aurum_plugins.database.database import Database
from aurum_plugins.monitoring.snapshot.bot_snapshot import VenueWord
from aurum_plugins.monitoring.venues_of_bots import bot_venues


def venue_words(database: Database, bot: str, now_ms: int) -> tuple[VenueWord, ...]:
    """What a bot wrote of its venues in the last hour, by their names in alphabetical order.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    """
    found = bot_venues(database, bot, now_ms)
    if found is None:
        return ()
    return tuple(
        VenueWord(
            venue=venue.venue,
            state=venue.state,
            at_ms=found.at_ms,
            trusted=venue.trusted,
            error_rate=_known(venue.error_rate),
            latency_p95_ms=_known(venue.latency_p95_ms),
            last_success_ms=venue.last_success_ms,
        )
        for venue in found.venues
    )


def _known(number: float) -> float | None:
    return number if math.isfinite(number) else None
