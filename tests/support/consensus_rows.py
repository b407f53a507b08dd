"""What a bot writes down of its venues' agreement, as it writes it."""

from __future__ import annotations

from collections.abc import Iterable

from aurum_plugins.database import Database
from aurum_plugins.market_data.consensus.price_consensus import (
    Consensus,
    Dissent,
    NoConsensus,
    Quality,
)
from aurum_plugins.trading.venue_log import ConsensusMark, VenueLog

# A candle's open, when venues were asked, and the quality and price or why there is none.
Told = tuple[int, int, float, float] | tuple[int, int, Dissent]


def written(
    database: Database, bot: str, pair: str, told: Iterable[Told], timeframe: str = "1h"
) -> None:
    """Write marks of one pair with the bot's own writer."""
    log = VenueLog(database, bot, timeframe)
    for candle_ms, seen_ms, *word in told:
        log.mark(seen_ms, [ConsensusMark(pair, candle_ms, _word(pair, *word))])


def _word(pair: str, *word: float | Dissent) -> Consensus | NoConsensus:
    if len(word) == 1:
        return NoConsensus(pair, word[0])
    quality, price = word
    venues = ("binance", "kraken")
    return Consensus(pair, price, venues, {}, 1.0, Quality(quality, 1.0, 1.0), 0)
