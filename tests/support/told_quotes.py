"""Quotes as venues would tell them, with all that a test does not care about filled in."""

from __future__ import annotations

import math
from typing import Any

from aurum_plugins.market_data.quote import Quote
from aurum_plugins.market_data.venue_settings import SourceSettings, VenueSettings

NOW = 1_700_000_000_000
PAIR = "BTC/USDT"
VENUES = ("binance", "coinbase", "kraken")


def venue_settings(**values: Any) -> VenueSettings:
    return VenueSettings(sources={venue: SourceSettings() for venue in VENUES}, **values)


def quote(venue: str, price: float, pair: str = PAIR, **values: Any) -> Quote:
    told = {
        "currency": pair.partition("/")[2],
        "bid": math.nan,
        "ask": math.nan,
        "turnover": 1e6,
        "at_ms": NOW,
        **values,
    }
    return Quote(venue=venue, pair=pair, price=price, **told)


def quotes(**prices: float) -> list[Quote]:
    return [quote(venue, price) for venue, price in prices.items()]
