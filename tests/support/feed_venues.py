"""Venues that say what a test tells them to, and a feed that asks them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from told_quotes import quote, venue_settings

from aurum_plugins.clock import MINUTE_MS, Clock
from aurum_plugins.market_data.quote import Quote
from aurum_plugins.market_data.quote_board import QuoteBoard
from aurum_plugins.market_data.resilience.venue_errors import VenueRefuses
from aurum_plugins.market_data.resilience.venue_health import HealthRecord
from aurum_plugins.market_data.venue_candle import VenueCandle
from aurum_plugins.market_data.venue_events import VenueEvents
from aurum_plugins.market_data.venue_feed import VenueFeed


def candle(venue: str, open_ms: int, pair: str = "BTC/USDT", **values: Any) -> VenueCandle:
    prices = {"open": 100.0, "high": 101.0, "low": 99.0, "close": 100.5, "volume": 5.0}
    return VenueCandle(venue, pair, pair.partition("/")[2], open_ms, **{**prices, **values})


class ToldVenue:
    """One venue; what `raises`, `hangs` or is `refused` may be changed at any time.

    Attributes
    ----------
    asked : list of tuple
        The name of what was asked, and about what.
    """

    def __init__(self, name: str, clock: Clock, price: float = 100.0) -> None:
        self.name = name
        self.price = price
        self.offset_ms: float | None = 12.0
        self.raises: dict[str, BaseException] = {}
        self.hangs: set[str] = set()
        self.refused: set[str] = set()
        self.unlisted: set[str] = set()
        self.newest_ms: int | None = None
        self.asked: list[tuple[Any, ...]] = []
        self.closed = 0
        self.loops: set[asyncio.AbstractEventLoop] = set()
        self._clock = clock
        self._loaded = False

    async def load(self) -> None:
        await self._answer("load")
        self._loaded = True

    async def quotes(self, pairs: Iterable[str]) -> list[Quote]:
        await self._answer("quotes", frozenset(pairs))
        now_ms = self._clock.now_ms()
        return [quote(self.name, self.price, pair, at_ms=now_ms) for pair in self.listed(pairs)]

    def listed(self, pairs: Iterable[str]) -> frozenset[str]:
        if not self._loaded:
            return frozenset()
        return frozenset(pair for pair in pairs if pair[-3:] != "USD") - self.unlisted

    async def candles(self, pair: str, timeframe: str, count: int) -> list[VenueCandle]:
        await self._answer("candles", pair, timeframe)
        if pair in self.refused:
            raise VenueRefuses(self.name, "candles", "no such market")
        if self.newest_ms is None:
            return []
        opens = [self.newest_ms - back * MINUTE_MS for back in range(count)]
        return [candle(self.name, open_ms, pair) for open_ms in opens]

    async def clock_offset_ms(self) -> float | None:
        await self._answer("clock")
        return self.offset_ms

    async def close(self) -> None:
        self.closed += 1
        self._loaded = False
        await self._answer("close")

    def times(self, what: str) -> int:
        return sum(question[0] == what for question in self.asked)

    async def _answer(self, what: str, *about: Any) -> None:
        self.loops.add(asyncio.get_running_loop())
        self.asked.append((what, *about))
        await asyncio.sleep(0)
        if what in self.hangs:
            await asyncio.get_running_loop().create_future()
        if what in self.raises:
            raise self.raises[what]


def told_feed(
    venues: Iterable[ToldVenue], clock: Clock, refresh_seconds: float = 5.0, **settings: Any
) -> VenueFeed:
    """A feed of these venues, which has not begun to ask."""
    events = VenueEvents()
    board = QuoteBoard(venue_settings(**settings), clock, events.trust_changed)
    records = {venue: HealthRecord(venue.name, clock) for venue in venues}
    return VenueFeed(records, board, clock, refresh_seconds, events)
