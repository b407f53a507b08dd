"""Where venues' quotes are put, and what they agree on is read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from aurum_plugins.clock import Clock
from aurum_plugins.market_data.consensus import (
    Consensus,
    Dissent,
    DollarRates,
    Exclusion,
    NoConsensus,
    Trust,
    TrustChange,
)
from aurum_plugins.market_data.consensus.board_view import BoardView
from aurum_plugins.market_data.quote import Quote
from aurum_plugins.market_data.venue_settings import VenueSettings

logger = logging.getLogger(__name__)

# What a price is named after that no single venue told.
CONSENSUS = "consensus"


class QuoteBoard:
    """The last quotes of all venues, and each pair's consensus.

    One thread puts; any thread reads, without a lock. Each `put` computes all results and then
    replaces what readers see by one assignment, so that a reader sees all of a round or nothing.
    A quote that has become stale since counts no more: its pair's result is computed anew by the
    first who asks.

    Whether a venue is right can be told only while others agree. Where they do not, no pair has a
    consensus that its quotes are part of; the log says when that begins and when it ends.

    Parameters
    ----------
    settings : VenueSettings
    clock : Clock
    on_trust : callable, optional
        Called with a `TrustChange` in the thread that puts, after readers see the change.
    """

    def __init__(
        self,
        settings: VenueSettings,
        clock: Clock,
        on_trust: Callable[[TrustChange], None] | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._on_trust = on_trust
        self._trust = Trust(settings.distrust_rounds)
        self._unjudged: set[str] = set()
        self._by_venue: dict[str, dict[str, Quote]] = {}
        self._listed: dict[str, frozenset[str]] = {}
        self._watched: frozenset[str] = frozenset()
        self._known = DollarRates()
        self._view = self._new_view(clock.now_ms())

    def watch(self, pairs: Iterable[str]) -> None:
        """Say which pairs venues are asked for, whether or not any lists them."""
        self._watched = frozenset(pairs)

    def put(self, venue: str, quotes: Iterable[Quote], listed_pairs: Iterable[str]) -> None:
        """Replace what a venue said by one round of its quotes, and judge the venue by it.

        Parameters
        ----------
        venue : str
        quotes : iterable of Quote
            At most one a pair; of the dollar pairs like of any other.
        listed_pairs : iterable of str
            Those of the pairs asked for that the venue lists.

        Raises
        ------
        ValueError
            If a quote is another venue's.
        """
        told = {quote.pair: quote for quote in quotes}
        for quote in told.values():
            if quote.venue != venue:
                raise ValueError(f"quotes of {venue} must be its own, got {quote.venue}'s")
        now_ms = self._clock.now_ms()
        self._known = DollarRates({**self._known.coins, **self._view.rates(now_ms).coins})
        self._by_venue = {**self._by_venue, venue: told}
        self._listed = {**self._listed, venue: frozenset(listed_pairs)}
        view = self._new_view(now_ms)
        outliers, judged = self._judged(venue, view, now_ms)
        if told:
            self._tell(venue, is_judged=judged > 0)
        change = self._trust.note(venue, outliers, judged, now_ms)
        self._view = view if change is None else self._new_view(now_ms)
        if change is not None and self._on_trust is not None:
            self._on_trust(change)

    def consensus(self, pair: str, now_ms: int) -> Consensus | NoConsensus:
        """What the venues agree on that a pair is worth, in its quote currency.

        Parameters
        ----------
        pair : str
        now_ms : int
            UTC milliseconds. Quotes that are stale then do not count.
        """
        result = self._view.consensus(pair, now_ms)
        is_unknown = isinstance(result, NoConsensus) and result.dissent is Dissent.NOT_ASKED
        return (
            NoConsensus(pair, Dissent.NO_QUOTES) if is_unknown and pair in self._watched else result
        )

    def price(self, pair: str, now_ms: int) -> tuple[float, str] | None:
        """Best known price of a pair, and whose it is.

        Returns
        -------
        tuple of float and str, or None
            The consensus ("consensus"). Without one, the price and the name of the first venue, in
            the order of `sources`, whose quote is sound, fresh, convertible and trusted. None
            where there is no such quote, or where such quotes contradict each other: one of them
            is false, and nobody knows which.
        """
        view = self._view
        result = view.consensus(pair, now_ms)
        if isinstance(result, Consensus):
            return result.price, CONSENSUS
        if result.dissent is Dissent.DISAGREEMENT:
            return None
        told = {quote.venue: quote for quote in view.by_pair.get(pair, ())}
        rates, currency = view.rates(now_ms), pair.partition("/")[2]
        for venue in self._settings.sources:
            if venue not in told or venue in result.excluded:
                continue
            quote = rates.convert(told[venue], currency)
            if quote is not None:
                return quote.price, venue
        return None

    def quotes(self, pair: str) -> tuple[Quote, ...]:
        """What each venue said last of a pair, in the currency that it said it in."""
        return self._view.by_pair.get(pair, ())

    def listed(self, venue: str) -> frozenset[str]:
        """Those of the pairs asked for that a venue lists, as it said last."""
        return self._listed.get(venue, frozenset())

    def rates(self, now_ms: int) -> DollarRates:
        """What the dollar coins are worth."""
        return self._view.rates(now_ms)

    @property
    def pairs(self) -> tuple[str, ...]:
        """All that is watched, listed or quoted, in order."""
        return tuple(sorted(self._watched | self._view.pairs))

    @property
    def distrusted(self) -> frozenset[str]:
        """Venues that do not count now."""
        return self._view.distrusted

    def _new_view(self, now_ms: int) -> BoardView:
        return BoardView(
            self._settings,
            self._by_venue,
            self._listed,
            self._trust.distrusted,
            self._known,
            now_ms,
        )

    def _tell(self, venue: str, *, is_judged: bool) -> None:
        """Log when a venue begins to be beyond judgement, and when that ends."""
        if is_judged and venue in self._unjudged:
            self._unjudged.discard(venue)
            logger.info("%s can be judged again.", venue)
        elif not is_judged and venue not in self._unjudged:
            self._unjudged.add(venue)
            logger.info("%s cannot be judged: no others agree on any of its pairs.", venue)

    def _judged(self, venue: str, view: BoardView, now_ms: int) -> tuple[int, int]:
        """Pairs on which a venue is an outlier, and pairs on which that can be told.

        A distrusted venue is judged as if it were trusted, so that it can come back even where
        there is no quorum, or no rate, without it.
        """
        seen = view.trusting(venue, now_ms) if venue in view.distrusted else view
        outliers = judged = 0
        for pair in self._by_venue[venue]:
            result = seen.consensus(pair, now_ms)
            is_outlier = result.excluded.get(venue) is Exclusion.OUTLIER
            counts = isinstance(result, Consensus) and venue in result.venues
            outliers += is_outlier
            judged += is_outlier or counts
        return outliers, judged
