"""A real feed of invented venues, each of whose rounds a test calls for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from told_quotes import VENUES, quote, venue_settings

from aurum_plugins.clock import Clock
from aurum_plugins.market_data.quote import Quote
from aurum_plugins.market_data.quote_board import QuoteBoard
from aurum_plugins.market_data.resilience.venue_errors import VenueUnreachable
from aurum_plugins.market_data.resilience.venue_health import HealthRecord
from aurum_plugins.market_data.venue_candle import VenueCandle
from aurum_plugins.market_data.venue_feed import VenueFeed


class StagedVenue:
    """Says what it is told to.

    Attributes
    ----------
    prices : dict of str to float
        By pair: what it lists.
    is_dark : bool
        Whether it answers nothing.
    asked : list of frozenset of str
        Pairs of each round.
    """

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self.prices: dict[str, float] = {}
        self.is_dark = False
        self.asked: list[frozenset[str]] = []
        self.health = HealthRecord(name, clock)
        self._clock = clock

    async def load(self) -> None:
        if self.is_dark:
            raise VenueUnreachable(self.name, "markets", "it is dark")

    async def quotes(self, pairs: Iterable[str]) -> list[Quote]:
        self.asked.append(frozenset(pairs))
        self.health.succeeded(1.0)
        now_ms = self._clock.now_ms()
        return [
            quote(self.name, self.prices[pair], pair, at_ms=now_ms)
            for pair in sorted(self.listed(pairs))
        ]

    def listed(self, pairs: Iterable[str]) -> frozenset[str]:
        return frozenset(self.prices).intersection(pairs)

    async def candles(self, pair: str, timeframe: str, count: int) -> list[VenueCandle]:
        return []

    async def clock_offset_ms(self) -> float | None:
        return None

    async def close(self) -> None:
        """Nothing is open."""


class StagedVenues:
    """Three venues and their feed, whose thread is never started.

    Attributes
    ----------
    settings : VenueSettings
    clock : Clock
    feed : VenueFeed
    waited : list of float
        How long somebody would have waited for a first round, since `hurry`.
    """

    def __init__(self, clock: Clock) -> None:
        self.settings = venue_settings()
        self.clock = clock
        self._venues = {name: StagedVenue(name, clock) for name in VENUES}
        connections = {venue: venue.health for venue in self._venues.values()}
        board = QuoteBoard(self.settings, clock)
        self.feed = VenueFeed(connections, board, clock, self.settings.refresh_seconds)
        self.waited: list[float] = []

    def __getitem__(self, name: str) -> StagedVenue:
        return self._venues[name]

    def say(self, pair: str, *prices: float) -> None:
        """Have the venues say this from their next round on, in the order of the settings."""
        for venue in self._venues.values():
            venue.prices.pop(pair, None)
        for venue, price in zip(self._venues.values(), prices, strict=False):
            venue.prices[pair] = price

    def go_dark(self, *names: str) -> None:
        """Have these, or all, not answer, and the others answer."""
        for name, venue in self._venues.items():
            venue.is_dark = name in (names or VENUES)

    def light_up(self) -> None:
        """Have all answer."""
        for venue in self._venues.values():
            venue.is_dark = False

    def hurry(self) -> None:
        """From now on give a round to those who wait for the first."""
        wait = self.feed.wait_for_first_round

        def wait_for_first_round(seconds: float) -> bool:
            self.waited.append(seconds)
            self.round()
            return wait(0)

        self.feed.wait_for_first_round = wait_for_first_round

    def round(self) -> None:
        """Ask each venue once."""

        async def ask_all() -> None:
            for venue in self._venues.values():
                await self.feed.refresh(venue)

        asyncio.run(ask_all())
