"""A ccxt ticker as a quote.

What the three classes tell in `fetch_tickers`, one request each for any number of symbols (read in
ccxt 4.5.90's source):

========  ==================================  ==========================  =====================
venue     request                             bid and ask, turnover       the ticker's own time
========  ==================================  ==========================  =====================
binance   ticker/24hr?symbols=[...]           all told                    closeTime
coinbase  market/products?product_ids=...     turnover alone              none
kraken    Ticker?pair=...,...                 all told (volume x vwap)    none
========  ==================================  ==========================  =====================

Coinbase's `product_ids` may be repeated, and `approximate_quote_24h_volume` is among its fields:
taken from ccxt's class and from the sandbox's, which says what it was checked against; the same of
Kraken. Binance goes on telling the last ticker of a market that is gone: its `closeTime` shows it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from aurum_plugins.market_data.quote import Quote


def ticker_quote(
    venue: str, pair: str, symbol: str, ticker: Mapping[str, Any], asked_ms: int
) -> Quote | None:
    """Make a quote of a ticker.

    Parameters
    ----------
    venue, pair : str
    symbol : str
        ccxt's, of the market that answers for the pair.
    ticker : mapping
        As ccxt gives it: figures are numbers or None.
    asked_ms : int
        When the venue was asked, UTC milliseconds.

    Returns
    -------
    Quote or None
        None where there is no price that is finite and positive, or only one side of the book.
    """
    bid, ask, last = (_told(ticker, name) for name in ("bid", "ask", "last"))
    if (bid is None) != (ask is None):
        return None
    price = last if bid is None or ask is None else (bid + ask) / 2
    if price is None or not all(_is_price(told) for told in (price, bid, ask) if told is not None):
        return None
    turnover = _told(ticker, "quoteVolume")
    usable = turnover is not None and math.isfinite(turnover) and turnover >= 0
    return Quote(
        venue=venue,
        pair=pair,
        currency=symbol.partition("/")[2],
        price=price,
        bid=math.nan if bid is None else bid,
        ask=math.nan if ask is None else ask,
        turnover=turnover if usable and turnover is not None else math.nan,
        at_ms=_held_ms(ticker, asked_ms),
    )


def _told(ticker: Mapping[str, Any], name: str) -> float | None:
    value = ticker.get(name)
    return None if value is None else float(value)


def _is_price(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _held_ms(ticker: Mapping[str, Any], asked_ms: int) -> int:
    """A time ahead of ours is the error of a clock; an old one makes the quote old."""
    told = _told(ticker, "timestamp")
    if told is None or not math.isfinite(told):
        return asked_ms
    return min(asked_ms, int(told))
