"""One price out of what several venues say, or a reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aurum_plugins.market_data.consensus.dollar_rates import DollarRates
from aurum_plugins.market_data.consensus.freshness import freshness
from aurum_plugins.market_data.consensus.price_consensus import (
    Consensus,
    Dissent,
    Exclusion,
    NoConsensus,
    Quality,
)
from aurum_plugins.market_data.consensus.quote_fault import quote_fault
from aurum_plugins.market_data.consensus.trading_weights import trading_weights
from aurum_plugins.market_data.consensus.weighted_median import weighted_median
from aurum_plugins.market_data.quote import Quote
from aurum_plugins.market_data.venue_settings import VenueSettings

_BPS = 1e-4


def agree(
    pair: str,
    quotes: Iterable[Quote],
    now_ms: int,
    settings: VenueSettings,
    rates: DollarRates,
    *,
    listed: int,
    distrusted: frozenset[str] = frozenset(),
) -> Consensus | NoConsensus:
    """Find the price that most venues name.

    1. Quotes with a fault (`quote_fault`), in a currency that cannot be converted, or of a
       distrusted venue do not count. The rest are candidates; fewer than `quorum` are NO_QUORUM.
    2. The median of the candidates, all weighing the same, is the middle. A candidate further from
       it than `largest_deviation_bps` is an outlier. This is repeated with those that are left,
       until none goes. Where two prices share the middle (an even count) and are further apart than
       that themselves, there is no middle: two venues that differ, or two camps of one size, are a
       DISAGREEMENT, for nobody knows who is wrong. So it is where those that are left are not more
       than half of the candidates. Fewer than `quorum` of them are NO_QUORUM.
    3. The price is their median weighted by turnover (`trading_weights`, `weighted_median`).

    Multiplying all prices by one number changes nothing but the price.

    Parameters
    ----------
    pair : str
        The price is in its quote currency.
    quotes : iterable of Quote
        Of this pair, at most one a venue.
    now_ms : int
        UTC milliseconds.
    settings : VenueSettings
    rates : DollarRates
        Known at `now_ms`.
    listed : int
        Venues that list the pair, quoting or not.
    distrusted : frozenset of str
        Venues.
    """
    currency = pair.partition("/")[2]
    excluded: dict[str, Exclusion] = {}
    candidates: list[Quote] = []
    for quote in quotes:
        fault = quote_fault(quote, now_ms, settings)
        converted = rates.convert(quote, currency) if fault is None else None
        if fault is not None:
            excluded[quote.venue] = fault
        elif converted is None:
            excluded[quote.venue] = Exclusion.NO_RATE
        elif quote.venue in distrusted:
            excluded[quote.venue] = Exclusion.DISTRUSTED
        else:
            candidates.append(converted)
    if not candidates and not excluded:
        return NoConsensus(pair, Dissent.NO_QUOTES)
    if len(candidates) < settings.quorum:
        return _no_quorum(pair, len(candidates), settings, excluded)
    candidates.sort(key=lambda quote: (quote.price, quote.venue))
    agreeing = _agreeing(candidates, settings.largest_deviation_bps * _BPS)
    if 2 * len(agreeing) <= len(candidates):
        return _disagreement(pair, candidates, settings, excluded)
    venues = tuple(sorted(quote.venue for quote in agreeing))
    excluded |= {q.venue: Exclusion.OUTLIER for q in candidates if q.venue not in venues}
    if len(agreeing) < settings.quorum:
        return _no_quorum(pair, len(agreeing), settings, excluded)
    prices = [quote.price for quote in agreeing]
    price = weighted_median(prices, trading_weights([quote.turnover for quote in agreeing]))
    deviation_bps = max(prices[-1] - price, price - prices[0]) / price / _BPS
    at_ms = min(quote.at_ms for quote in agreeing)
    quality = Quality(
        coverage=len(agreeing) / max(listed, len(agreeing) + len(excluded)),
        agreement=max(0.0, 1 - deviation_bps / settings.largest_deviation_bps),
        freshness=freshness(at_ms, now_ms, settings),
    )
    return Consensus(pair, price, venues, excluded, deviation_bps, quality, at_ms)


def _agreeing(candidates: Sequence[Quote], deviation: float) -> Sequence[Quote]:
    """Those near the middle, of candidates in ascending order; none where there is no middle."""
    left = candidates
    while True:
        low, high = left[(len(left) - 1) // 2].price, left[len(left) // 2].price
        middle = low + (high - low) / 2
        reach = deviation * middle
        if high - low > reach:
            return ()
        near = [quote for quote in left if abs(quote.price - middle) <= reach]
        if len(near) == len(left):
            return left
        left = near


def _no_quorum(
    pair: str, count: int, settings: VenueSettings, excluded: dict[str, Exclusion]
) -> NoConsensus:
    figures = {"venues": count, "quorum": settings.quorum}
    return NoConsensus(pair, Dissent.NO_QUORUM, excluded, figures)


def _disagreement(
    pair: str,
    candidates: Sequence[Quote],
    settings: VenueSettings,
    excluded: dict[str, Exclusion],
) -> NoConsensus:
    lowest, highest = candidates[0], candidates[-1]
    return NoConsensus(
        pair,
        Dissent.DISAGREEMENT,
        excluded,
        {
            "venues": len(candidates),
            "lowest_venue": lowest.venue,
            "lowest_price": lowest.price,
            "highest_venue": highest.venue,
            "highest_price": highest.price,
            "apart_bps": (highest.price / lowest.price - 1) / _BPS,
            "largest_deviation_bps": settings.largest_deviation_bps,
        },
    )
