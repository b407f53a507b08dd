"""Order books as shown: price levels in Binance's fixed decimals."""

from __future__ import annotations

import numpy as np

from aurum_plugins.sandbox.binance.call import Call
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market.book import Book, Ladder
from aurum_plugins.sandbox.market.tape import IntArray

UNIT = 10**8


def shown_book(call: Call, symbol: str) -> Book:
    """The book of this second, its prices distorted if need be."""
    book = call.market.book(symbol, call.seen_ms)
    factor = call.faults.price_factor
    if factor == 1.0:
        return book
    # Bids are rounded down and asks up, so that the book stays uncrossed.
    bids = np.floor(book.bids.ticks * factor).astype(np.int64)
    asks = np.ceil(book.asks.ticks * factor).astype(np.int64)
    return Book(book.second_ms, Ladder(bids, book.bids.lots), Ladder(asks, book.asks.lots))


def levels(instrument: Instrument, ladder: Ladder, limit: int) -> list[tuple[str, str]]:
    """Price and quantity of the best `limit` levels, exactly, best first."""
    prices = _fixed(ladder.ticks[:limit], int(instrument.tick_size * UNIT))
    return list(zip(prices, _fixed(ladder.lots[:limit], int(instrument.step_size * UNIT))))


def best_levels(call: Call, instrument: Instrument) -> dict[str, str]:
    """Best bid and ask; `"0.00000000"` for a side that is empty."""
    book = shown_book(call, instrument.symbol)
    nothing = ("0.00000000", "0.00000000")
    (bid, bid_quantity), (ask, ask_quantity) = (
        next(iter(levels(instrument, side, 1)), nothing) for side in (book.bids, book.asks)
    )
    return {"bidPrice": bid, "bidQty": bid_quantity, "askPrice": ask, "askQty": ask_quantity}


def _fixed(units: IntArray, scale: int) -> list[str]:
    """Whole multiples of `scale` / 10^8, with eight decimals."""
    whole, rest = np.divmod(units * scale, UNIT)
    return [f"{w}.{r:08d}" for w, r in zip(whole.tolist(), rest.tolist())]
