"""What is wrong with a quote by itself, before it is compared with others."""

from __future__ import annotations

import math

from aurum_plugins.market_data.consensus.freshness import is_fresh
from aurum_plugins.market_data.consensus.price_consensus import Exclusion
from aurum_plugins.market_data.quote import Quote
from aurum_plugins.market_data.venue_settings import VenueSettings

_BPS = 1e-4


def quote_fault(quote: Quote, now_ms: int, settings: VenueSettings) -> Exclusion | None:
    """Give the first reason why a quote does not count, or None.

    In this order: it is stale (older than `longest_quote_age_seconds`, or more than two seconds
    ahead of us), its price is no price, its bid is above its ask, they are further apart than
    `largest_spread_bps` of their middle. A venue that does not tell both is not asked the last two.

    Parameters
    ----------
    quote : Quote
    now_ms : int
        UTC milliseconds.
    settings : VenueSettings
    """
    if not is_fresh(quote.at_ms, now_ms, settings):
        return Exclusion.STALE
    if not 0 < quote.price < math.inf:
        return Exclusion.NO_PRICE
    if quote.bid > quote.ask:
        return Exclusion.CROSSED
    told = not (math.isnan(quote.bid) or math.isnan(quote.ask))
    if told and not _spread(quote) <= settings.largest_spread_bps * _BPS:
        return Exclusion.WIDE
    return None


def _spread(quote: Quote) -> float:
    # Halved first: the sum of two finite prices may be infinite.
    middle = quote.bid / 2 + quote.ask / 2
    return (quote.ask - quote.bid) / middle if middle > 0 else math.inf
