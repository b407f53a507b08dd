"""Public endpoints on candles, books and trades."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson

from aurum_plugins.clock import DAY_MS, SECOND_MS
from aurum_plugins.sandbox.binance.call import Answer, Call
from aurum_plugins.sandbox.binance.errors import BinanceError
from aurum_plugins.sandbox.binance.klines import encode, join
from aurum_plugins.sandbox.binance.levels import levels, shown_book
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market import INTERVAL_MS, Candles, Trades
from aurum_plugins.sandbox.matching.average_price import average_price
from aurum_plugins.sandbox.matching.filters import AVERAGE_MINUTES

_NO_TRADES = Trades(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0, np.bool_))


def ping(_call: Call) -> Answer:
    """`GET /api/v3/ping`."""
    return {}


def time(call: Call) -> Answer:
    """`GET /api/v3/time`."""
    return {"serverTime": call.venue_ms}


def klines(call: Call) -> Answer:
    """`GET /api/v3/klines` and `uiKlines`; `timeZone` is read and ignored."""
    sent = call.parameters
    instrument = call.instrument()
    interval = sent.required("interval")
    start, end = sent.integer("startTime"), sent.integer("endTime")
    limit = sent.limit(500, 1_000)
    if call.is_plain:
        return call.venue.klines.answer(
            instrument.symbol, interval, now_ms=call.now_ms, start_ms=start, end_ms=end, limit=limit
        )
    candles = call.market.candles(
        instrument.symbol, interval, now_ms=call.seen_ms, start_ms=start, end_ms=end, limit=limit
    )
    candles = _distorted(candles, instrument, call.faults.price_factor)
    return join(encode(call.faults.candles(candles, INTERVAL_MS[interval]), interval))


def depth(call: Call) -> Answer:
    """`GET /api/v3/depth`: up to 1000 levels a side."""
    instrument = call.instrument()
    limit = call.parameters.limit(100, 5_000)

    def make() -> bytes:
        book = shown_book(call, instrument.symbol)
        return orjson.dumps(
            {
                "lastUpdateId": book.second_ms // SECOND_MS,
                "bids": levels(instrument, book.bids, limit),
                "asks": levels(instrument, book.asks, limit),
            }
        )

    return call.once_a_second(("depth", instrument.symbol, limit), make)


def trades(call: Call) -> Answer:
    """`GET /api/v3/trades`: the newest ones."""
    instrument = call.instrument()
    limit = call.parameters.limit(500, 1_000)

    def make() -> bytes:
        found = _latest(call, instrument, call.seen_ms, limit)
        return orjson.dumps(_trade_rows(call, instrument, found))

    return call.once_a_second(("trades", instrument.symbol, limit), make)


def historical_trades(call: Call) -> Answer:
    """`GET /api/v3/historicalTrades`: from `fromId` on, or the newest ones."""
    instrument = call.instrument()
    limit = call.parameters.limit(500, 1_000)
    first = call.parameters.integer("fromId")
    if first is None:
        found = _latest(call, instrument, call.seen_ms, limit)
    else:
        found = _from(call, instrument, first * SECOND_MS, call.seen_ms, limit)
    return _trade_rows(call, instrument, found)


def aggregate_trades(call: Call) -> Answer:
    """`GET /api/v3/aggTrades`: from `fromId` or `startTime` on, or the newest ones.

    A trade of this market is already the sum of its second: each aggregate holds one.
    """
    sent = call.parameters
    instrument = call.instrument()
    limit = sent.limit(500, 1_000)
    first, start, end = sent.integer("fromId"), sent.integer("startTime"), sent.integer("endTime")
    if first is not None and not (start is None and end is None):
        raise BinanceError.combination()
    until = call.seen_ms if end is None else min(end, call.seen_ms)
    if first is not None:
        start = first * SECOND_MS
    if start is None:
        found = _latest(call, instrument, until, limit)
    else:
        found = _from(call, instrument, start, until, limit)
    return [
        {"a": at, "p": price, "q": quantity, "f": at, "l": at, "T": at * SECOND_MS, "m": maker}
        | {"M": True}
        for at, price, quantity, _, maker in _shown(call, instrument, found)
    ]


def weighted_average_price(call: Call) -> Answer:
    """`GET /api/v3/avgPrice`: weighted by volume, over the minutes that filters look at."""
    instrument = call.instrument()
    price = average_price(call.market, instrument.symbol, call.seen_ms, minutes=AVERAGE_MINUTES)
    return {
        "mins": AVERAGE_MINUTES,
        "price": f"{price * call.faults.price_factor:.8f}",
        "closeTime": call.seen_ms,
    }


def _distorted(candles: Candles, instrument: Instrument, factor: float) -> Candles:
    if factor == 1.0:
        return candles
    prices = (candles.open, candles.high, candles.low, candles.close)
    opened, high, low, close = (
        np.round(price * factor / instrument.tick) * instrument.tick for price in prices
    )
    return Candles(candles.open_ms, opened, high, low, close, candles.volume)


def _latest(call: Call, instrument: Instrument, until_ms: int, limit: int) -> Trades:
    """The last `limit` trades up to `until_ms`; looks back a day at most."""
    floor = max(call.market.tape.first_ms, until_ms - DAY_MS)
    reach = 2 * limit * SECOND_MS
    while True:
        since = max(floor, until_ms - reach)
        found = call.market.trades(instrument.symbol, since, until_ms + 1, now_ms=call.seen_ms)
        if len(found.id) >= limit or since == floor:
            return _sliced(found, slice(-limit, None))
        reach *= 2


def _from(call: Call, instrument: Instrument, start_ms: int, until_ms: int, limit: int) -> Trades:
    """The first `limit` trades in [start_ms, until_ms]."""
    begin = max(start_ms, call.market.tape.first_ms)
    reach = 2 * limit * SECOND_MS
    parts = [_NO_TRADES]
    count = 0
    while begin <= until_ms and count < limit:
        stop = min(begin + reach, until_ms + 1)
        part = call.market.trades(instrument.symbol, begin, stop, now_ms=call.seen_ms)
        parts.append(part)
        count += len(part.id)
        begin = stop
    columns = zip(*((p.id, p.price, p.quantity, p.buyer_is_maker) for p in parts))
    return _sliced(Trades(*(np.concatenate(column) for column in columns)), slice(0, limit))


def _sliced(found: Trades, rows: slice) -> Trades:
    return Trades(
        found.id[rows], found.price[rows], found.quantity[rows], found.buyer_is_maker[rows]
    )


def _shown(
    call: Call, instrument: Instrument, found: Trades
) -> list[tuple[int, str, str, str, bool]]:
    """Id, price, quantity, quote quantity and side of each trade, as strings are shown."""
    rows = []
    columns = (found.id, found.price, found.quantity, found.buyer_is_maker)
    for at, price, quantity, maker in zip(*(column.tolist() for column in columns)):
        shown = call.price(instrument, price)
        rows.append((at, shown, f"{quantity:.8f}", f"{float(shown) * quantity:.8f}", maker))
    return rows


def _trade_rows(call: Call, instrument: Instrument, found: Trades) -> list[dict[str, Any]]:
    return [
        {
            "id": at,
            "price": price,
            "qty": quantity,
            "quoteQty": quote,
            "time": at * SECOND_MS,
            "isBuyerMaker": maker,
            "isBestMatch": True,
        }
        for at, price, quantity, quote, maker in _shown(call, instrument, found)
    ]
