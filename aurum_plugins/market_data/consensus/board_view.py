"""What all venues said last, and what follows from it at any moment after."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from aurum_plugins.market_data.consensus.agreement import agree
from aurum_plugins.market_data.consensus.dollar_rates import DOLLAR_PAIRS, DollarRates
from aurum_plugins.market_data.consensus.freshness import (
    freshness,
    same_fresh_span,
    same_remembered_span,
)
from aurum_plugins.market_data.consensus.price_consensus import (
    Consensus,
    Dissent,
    NoConsensus,
    Quality,
)
from aurum_plugins.market_data.quote import Quote
from aurum_plugins.market_data.venue_settings import VenueSettings

_NO_RATES = DollarRates()


class _Standing(NamedTuple):
    """A result, and the times (UTC milliseconds, inclusive) at which it would be no other."""

    result: Consensus | NoConsensus
    first_ms: float
    last_ms: float


class _StandingRates(NamedTuple):
    """The same of the rates."""

    rates: DollarRates
    first_ms: float
    last_ms: float


class BoardView:
    """The quotes of one moment, each pair's consensus ready to be read.

    Quotes grow old after they came. Each result therefore carries the span of time in which the
    same quotes are fresh; asked for outside it, it is computed anew and kept. Nothing else changes,
    so that any thread may read without a lock: two that compute the same at once do no harm. The
    rates, which all pairs share, are ready for all the time to come.

    Parameters
    ----------
    settings : VenueSettings
    by_venue : mapping of str to mapping of str to Quote
        Quotes by venue and pair.
    listed : mapping of str to frozenset of str
        Pairs by venue.
    distrusted : frozenset of str
        Venues; they say nothing of dollars either.
    previous : DollarRates
        What was known before.
    now_ms : int
        UTC milliseconds.

    Attributes
    ----------
    by_pair : mapping of str to tuple of Quote
    """

    def __init__(
        self,
        settings: VenueSettings,
        by_venue: Mapping[str, Mapping[str, Quote]],
        listed: Mapping[str, frozenset[str]],
        distrusted: frozenset[str],
        previous: DollarRates,
        now_ms: int,
    ) -> None:
        self._settings = settings
        self._by_venue = by_venue
        self._listed = listed
        self.distrusted = distrusted
        self._previous = previous
        told: dict[str, list[Quote]] = {}
        for quotes in by_venue.values():
            for pair, quote in quotes.items():
                told.setdefault(pair, []).append(quote)
        self.by_pair = {pair: tuple(quotes) for pair, quotes in told.items()}
        self._dollars = [
            quote
            for pair in DOLLAR_PAIRS
            for quote in self.by_pair.get(pair, ())
            if quote.venue not in distrusted
        ]
        self._counts: dict[str, int] = {}
        for pairs in listed.values():
            for pair in pairs:
                self._counts[pair] = self._counts.get(pair, 0) + 1
        self._rates = self._all_rates(now_ms)
        self._standing = {pair: self._judge(pair, now_ms) for pair in self.by_pair}

    @property
    def pairs(self) -> frozenset[str]:
        """What any venue lists or quotes."""
        return frozenset(self._counts) | frozenset(self.by_pair)

    def rates(self, now_ms: int) -> DollarRates:
        """What the dollar coins are worth at `now_ms`."""
        return self._rates_of(now_ms).rates

    def consensus(self, pair: str, now_ms: int) -> Consensus | NoConsensus:
        """What the venues agree on at `now_ms`, its freshness as of then."""
        standing = self._standing.get(pair)
        if standing is None:
            is_listed = pair in self._counts
            return NoConsensus(pair, Dissent.NO_QUOTES if is_listed else Dissent.NOT_ASKED)
        if not standing.first_ms <= now_ms <= standing.last_ms:
            standing = self._standing[pair] = self._judge(pair, now_ms)
            return standing.result
        result = standing.result
        if isinstance(result, NoConsensus):
            return result
        return Consensus(
            result.pair,
            result.price,
            result.venues,
            result.excluded,
            result.largest_deviation_bps,
            Quality(
                result.quality.coverage,
                result.quality.agreement,
                freshness(result.at_ms, now_ms, self._settings),
            ),
            result.at_ms,
        )

    def trusting(self, venue: str, now_ms: int) -> BoardView:
        """The same pairs as `venue` quotes, as if it were trusted."""
        pairs = {*self._by_venue.get(venue, {}), *DOLLAR_PAIRS}
        return BoardView(
            self._settings,
            {
                name: {pair: quote for pair, quote in quotes.items() if pair in pairs}
                for name, quotes in self._by_venue.items()
            },
            self._listed,
            self.distrusted - {venue},
            self._previous,
            now_ms,
        )

    def _judge(self, pair: str, now_ms: int) -> _Standing:
        quotes = self.by_pair[pair]
        first, last = same_fresh_span([quote.at_ms for quote in quotes], now_ms, self._settings)
        rates = _NO_RATES
        if not all(quote.is_in_own_currency for quote in quotes):
            standing = self._rates_of(now_ms)
            rates = standing.rates
            first, last = max(first, standing.first_ms), min(last, standing.last_ms)
        result = agree(
            pair,
            quotes,
            now_ms,
            self._settings,
            rates,
            listed=self._counts.get(pair, 0),
            distrusted=self.distrusted,
        )
        return _Standing(result, first, last)

    def _rates_of(self, now_ms: int) -> _StandingRates:
        for standing in self._rates:
            if standing.first_ms <= now_ms <= standing.last_ms:
                return standing
        return self._standing_rates(now_ms)

    def _all_rates(self, now_ms: int) -> list[_StandingRates]:
        """Rates from now on, until all quotes are stale and nothing is remembered."""
        rates = [self._standing_rates(now_ms)]
        while rates[-1].last_ms < math.inf:
            rates.append(self._standing_rates(math.floor(rates[-1].last_ms) + 1))
        return rates

    def _standing_rates(self, now_ms: int) -> _StandingRates:
        rates = DollarRates.of(self._dollars, now_ms, self._settings, self._previous)
        told = [quote.at_ms for quote in self._dollars]
        first, last = same_fresh_span(told, now_ms, self._settings)
        known = [rate.at_ms for rate in self._previous.coins.values()]
        since, until = same_remembered_span(known, now_ms)
        return _StandingRates(rates, max(first, since), min(last, until))
