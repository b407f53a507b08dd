"""What the bot itself wrote down of the venues that it asked for prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aurum_plugins.soak.sqlite_rows import read

TABLE: Final = "venue_health"


@dataclass(frozen=True)
class VenueOutage:
    """A time in which the breaker of a venue had tripped.

    Attributes
    ----------
    began_ms : int
        The failure that it began with, UTC milliseconds.
    ended_ms : int or None
        The next success; None while it lasts.
    """

    began_ms: int
    ended_ms: int | None


@dataclass(frozen=True)
class VenueRecord:
    """One venue, over the whole run; of its outages, the last ones.

    Attributes
    ----------
    venue : str
        ccxt's id.
    requests, retries, trips : int
    errors : mapping of str to int
        Failed requests by kind.
    outages : sequence of VenueOutage
        The oldest first.
    """

    venue: str
    requests: int
    retries: int
    trips: int
    errors: Mapping[str, int] = field(default_factory=dict)
    outages: Sequence[VenueOutage] = ()


def venue_records(database: Path) -> Sequence[VenueRecord]:
    """What the bot's database has of each venue; empty where it has no such table, or nothing.

    The table is that of `aurum_plugins.database.schema.venue_health`; its figures are those of
    `aurum_plugins.market_data.resilience.venue_health.VenueHealth`.
    """
    if not read(database, f"SELECT 1 FROM sqlite_master WHERE name = '{TABLE}'"):  # noqa: S608
        return ()
    rows = read(database, f"SELECT venue, figures FROM {TABLE} ORDER BY venue")  # noqa: S608
    return tuple(_record(row["venue"], row["figures"]) for row in rows)


def _record(venue: str, figures: Mapping[str, Any]) -> VenueRecord:
    outages = (VenueOutage(each["began_ms"], each["ended_ms"]) for each in figures["outages"])
    return VenueRecord(
        venue=venue,
        requests=figures["requests"],
        retries=figures["retries"],
        trips=figures["trips"],
        errors=figures["errors"],
        outages=tuple(outages),
    )
