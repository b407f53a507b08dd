"""The average price of the last minutes, against which limit prices are judged."""

from __future__ import annotations

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.sandbox.market import Market


def average_price(market: Market, symbol: str, now_ms: int, *, minutes: int) -> float:
    """Volume-weighted mean of the traded prices, quote currency.

    Parameters
    ----------
    minutes : int
        How far back from `now_ms`; the last price stands in where nothing was traded, and for 0.

    Raises
    ------
    UnknownSymbol
        If it is not traded here.
    """
    turnover = volume = 0.0
    since = now_ms + 1 - minutes * MINUTE_MS
    for path in market.paths(symbol, max(since, market.tape.first_ms), now_ms + 1):
        turnover += float(path.price @ path.volume)
        volume += float(path.volume.sum())
    return turnover / volume if volume > 0 else market.last_price(symbol, now_ms)
