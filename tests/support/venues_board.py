"""A feed that nobody asks in: a board on which a test puts what venues say."""

from __future__ import annotations

from typing import Any

from told_quotes import NOW, VENUES, quote, venue_settings

from aurum_plugins.clock import VirtualClock
from aurum_plugins.market_data.quote import Quote
from aurum_plugins.market_data.quote_board import QuoteBoard
from aurum_plugins.market_data.resilience.venue_errors import VenueFailing
from aurum_plugins.market_data.resilience.venue_health import HealthRecord


class BoardFeed:
    """What a report looks at of a feed.

    Attributes
    ----------
    board : QuoteBoard
    records : dict of str to HealthRecord
    """

    def __init__(self, *pairs: str, **settings: Any) -> None:
        self.clock = VirtualClock(NOW)
        self.board = QuoteBoard(venue_settings(**settings), self.clock)
        self.records = {venue: HealthRecord(venue, self.clock) for venue in VENUES}
        self.board.watch(pairs)

    def health(self) -> tuple[Any, ...]:
        return tuple(record.snapshot() for record in self.records.values())

    def answer(self, venue: str, *quotes: Quote, listed: tuple[str, ...] | None = None) -> None:
        """One round of a venue, in 20 ms."""
        self.records[venue].succeeded(20.0)
        self.board.put(venue, quotes, {q.pair for q in quotes} if listed is None else listed)

    def fail(self, venue: str) -> None:
        """One request of a venue that comes to nothing."""
        self.records[venue].failed(VenueFailing(venue, "tickers", "500"))

    def agree(self, **prices: float) -> None:
        """Bitcoin in USDT at each venue, and what a USDT is worth at Kraken."""
        for venue, price in prices.items():
            dollar = (quote(venue, 0.999, "USDT/USD"),) if venue == "kraken" else ()
            self.answer(venue, quote(venue, price), *dollar)
