"""ccxt's rows of candles as those that are over."""

from __future__ import annotations

import math
from collections.abc import Sequence

from aurum_plugins.market_data.venue_candle import VenueCandle

Row = Sequence[float | None]
_COLUMNS = 6


def closed_candles(
    venue: str, pair: str, symbol: str, rows: Sequence[Row], interval_ms: int, now_ms: int
) -> tuple[VenueCandle, ...]:
    """Take the candles that are closed and whole.

    Parameters
    ----------
    venue, pair : str
    symbol : str
        ccxt's, of the market that answers for the pair.
    rows : sequence of shape (n, 6)
        Open time (UTC milliseconds), open, high, low, close, volume (base currency), as
        `fetch_ohlcv` gives them.
    interval_ms : int
        Length of a candle, milliseconds.
    now_ms : int
        UTC milliseconds; a candle that ends later is still being formed.

    Returns
    -------
    tuple of VenueCandle
        Oldest first. A row with a figure that is missing, not finite or impossible is left out.
    """
    found = (_candle(venue, pair, symbol, row) for row in rows)
    closed = (c for c in found if c is not None and c.open_ms + interval_ms <= now_ms)
    return tuple(sorted(closed, key=lambda candle: candle.open_ms))


def _candle(venue: str, pair: str, symbol: str, row: Row) -> VenueCandle | None:
    figures = [math.nan if value is None else float(value) for value in row]
    if len(figures) != _COLUMNS or not all(math.isfinite(value) for value in figures):
        return None
    open_ms, open_, high, low, close, volume = figures
    if not 0 < low <= min(open_, close) <= max(open_, close) <= high or volume < 0:
        return None
    currency = symbol.partition("/")[2]
    return VenueCandle(venue, pair, currency, int(open_ms), open_, high, low, close, volume)
