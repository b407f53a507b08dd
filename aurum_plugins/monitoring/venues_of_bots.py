"""How bots see the venues, by what they wrote down."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.database.database import Database
from aurum_plugins.database.schema import venue_health
from aurum_plugins.monitoring.known_bots import known_bots, meant_known_bots
from aurum_plugins.monitoring.venue_state import VenueState

# A bot writes every ten seconds: what is older says nothing of now.
LATELY_MS = HOUR_MS


@dataclass(frozen=True)
class BotVenues:
    """How one bot saw its venues.

    Attributes
    ----------
    bot : str
        As `aurum_plugins.bot_identity` names it.
    at_ms : int
        When it wrote last, UTC milliseconds.
    venues : tuple of VenueState
        Those that it wrote about then.
    """

    bot: str
    at_ms: int
    venues: tuple[VenueState, ...]


def venues_of_bots(database: Database, asked: str | None, now_ms: int) -> tuple[BotVenues, ...]:
    """What bots wrote in the last hour, in alphabetical order of their names.

    Parameters
    ----------
    database : Database
    asked : str or None
        A bot, with or without its mode; None: every bot.
    now_ms : int
        UTC milliseconds.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If no bot has that name.
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    """
    found = (
        bot_venues(database, bot, now_ms) for bot in meant_known_bots(asked, known_bots(database))
    )
    return tuple(bot for bot in found if bot is not None)


def bot_venues(database: Database, bot: str, now_ms: int) -> BotVenues | None:
    """What one bot wrote in the last hour; None if it wrote nothing.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    """
    columns = venue_health.c
    query = select(columns.venue, columns.at_ms, columns.state, columns.figures)
    lately = query.where(columns.bot == bot, columns.at_ms >= now_ms - LATELY_MS)
    with database.reading() as connection:
        rows = connection.execute(lately.order_by(columns.venue)).all()
    if not rows:
        return None
    # All of a time are written together; an older row is of a venue that is no longer asked.
    at_ms = max(row.at_ms for row in rows)
    venues = (VenueState.of_record(r.venue, r.state, r.figures) for r in rows if r.at_ms == at_ms)
    return BotVenues(bot, at_ms, tuple(venues))
