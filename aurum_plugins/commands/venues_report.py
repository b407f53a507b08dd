"""What `aurum venues` shows: how venues are, and what they agree on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aurum_plugins.market_data.consensus import Consensus, DollarRates, NoConsensus
from aurum_plugins.market_data.quote import Quote
from aurum_plugins.market_data.venue_feed import VenueFeed
from aurum_plugins.monitoring.venue_state import VenueState

COUNTS = "counts"


@dataclass(frozen=True)
class VenueQuote:
    """What one venue says of a pair.

    Attributes
    ----------
    quote : Quote
        In the currency that it said it in.
    converted : float or None
        Its price in the pair's own currency; None = that cannot be converted.
    verdict : str
        "counts", or why it does not.
    """

    quote: Quote
    converted: float | None
    verdict: str


@dataclass(frozen=True)
class PairWord:
    """What venues say of a pair.

    Attributes
    ----------
    pair : str
    word : Consensus or NoConsensus
    listed : tuple of str
        Venues that list it, in the order of the settings.
    quotes : tuple of VenueQuote
        In the same order.
    """

    pair: str
    word: Consensus | NoConsensus
    listed: tuple[str, ...]
    quotes: tuple[VenueQuote, ...]


@dataclass(frozen=True)
class VenuesReport:
    """How venues are, and what they agree on, at one moment.

    Attributes
    ----------
    now_ms : int
        UTC milliseconds.
    venues : tuple of VenueState
        In the order of the settings.
    pairs : tuple of PairWord
    rates : DollarRates
    """

    now_ms: int
    venues: tuple[VenueState, ...]
    pairs: tuple[PairWord, ...]
    rates: DollarRates

    @property
    def is_well(self) -> bool:
        """Whether there is a consensus on every pair."""
        return all(isinstance(pair.word, Consensus) for pair in self.pairs)

    def listed(self, venue: str) -> int:
        """How many of the pairs a venue lists."""
        return sum(venue in pair.listed for pair in self.pairs)


def venues_report(feed: VenueFeed, pairs: Sequence[str], now_ms: int) -> VenuesReport:
    """Look at a feed's board.

    Parameters
    ----------
    feed : VenueFeed
    pairs : sequence of str
    now_ms : int
        UTC milliseconds.
    """
    board = feed.board
    distrusted = board.distrusted
    venues = tuple(VenueState.of(health, distrusted) for health in feed.health())
    words = tuple(_word(feed, pair, [state.venue for state in venues], now_ms) for pair in pairs)
    return VenuesReport(now_ms, venues, words, board.rates(now_ms))


def _word(feed: VenueFeed, pair: str, venues: Sequence[str], now_ms: int) -> PairWord:
    board = feed.board
    word, rates = board.consensus(pair, now_ms), board.rates(now_ms)
    told = {quote.venue: quote for quote in board.quotes(pair)}
    quotes = []
    for venue in venues:
        if venue in told:
            converted = rates.convert(told[venue], pair.partition("/")[2])
            price = None if converted is None else converted.price
            quotes.append(VenueQuote(told[venue], price, _verdict(word, venue)))
    listed = tuple(venue for venue in venues if pair in board.listed(venue))
    return PairWord(pair, word, listed, tuple(quotes))


def _verdict(word: Consensus | NoConsensus, venue: str) -> str:
    if venue in word.excluded:
        return str(word.excluded[venue])
    # Where there is no consensus, nobody counts.
    return COUNTS if isinstance(word, Consensus) else str(word.dissent)
