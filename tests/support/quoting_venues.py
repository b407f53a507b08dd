"""Venues that put their quotes on a board, one after the other."""

from __future__ import annotations

from told_quotes import NOW, PAIR, quote, venue_settings

from aurum_plugins.clock import VirtualClock
from aurum_plugins.market_data.quote_board import QuoteBoard

ETHER = "ETH/USDT"
HONEST = {"binance": 100.0, "coinbase": 100.1, "kraken": 99.9}


class Venues:
    """A board, and venues that put a round each in turn, a second apart."""

    def __init__(self, **values) -> None:
        self.clock = VirtualClock(NOW)
        self.changes = []
        values = {"distrust_rounds": 3, "longest_quote_age_seconds": 20.0, **values}
        self.board = QuoteBoard(venue_settings(**values), self.clock, self.changes.append)

    def put(self, venue, *quotes, listed=(PAIR, ETHER)) -> None:
        self.clock.advance(1_000)
        self.board.put(venue, quotes, listed)

    def round(self, venue, price, pairs=(PAIR, ETHER), **values) -> None:
        at_ms = self.clock.now_ms() + 1_000
        self.put(venue, *(quote(venue, price, pair, at_ms=at_ms, **values) for pair in pairs))

    def rounds(self, **prices) -> None:
        for venue, price in (HONEST | prices).items():
            self.round(venue, price)

    @property
    def now(self):
        return self.board.consensus(PAIR, self.clock.now_ms())
