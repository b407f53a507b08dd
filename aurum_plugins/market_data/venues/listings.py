"""Which market of a venue answers what a pair is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aurum_plugins.market_data.venue_settings import DOLLARS


def listing(
    pair: str, markets: Mapping[str, Mapping[str, Any]], currencies: Sequence[str]
) -> str | None:
    """Find the market whose price stands for a pair's.

    A pair that is quoted in dollars or a stablecoin may be priced in another of `DOLLARS`, which
    has to be converted; any other pair, and one between two of `DOLLARS`, only in its own currency.

    Parameters
    ----------
    pair : str
        For example "BTC/USDT", spelt with ccxt's common codes, as freqtrade does.
    markets : mapping of str to mapping
        As ccxt's `load_markets` gives them: by symbol, in common codes whatever the venue writes.
    currencies : sequence of str
        Quote currencies to prefer, best first. The pair's own comes after them, then `DOLLARS`.

    Returns
    -------
    str or None
        ccxt's symbol of an active spot market; None if the venue has none.
    """
    base, _, quote = pair.partition("/")
    for currency in _in_order(base, quote, currencies):
        symbol = f"{base}/{currency}"
        if _is_active_spot(markets.get(symbol, {})):
            return symbol
    return None


def _in_order(base: str, quote: str, currencies: Sequence[str]) -> Iterator[str]:
    if quote in DOLLARS and base not in DOLLARS:
        yield from (currency for currency in currencies if currency in DOLLARS)
        yield quote
        yield from DOLLARS
    else:
        yield quote


def _is_active_spot(market: Mapping[str, Any]) -> bool:
    # Some venues do not tell what is active: ccxt has None there.
    return market.get("spot") is True and market.get("active") is not False
