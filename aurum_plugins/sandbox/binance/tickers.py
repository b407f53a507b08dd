"""Public endpoints that sum up one symbol, several, or all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.sandbox.binance.call import Answer, Call
from aurum_plugins.sandbox.binance.errors import BinanceError
from aurum_plugins.sandbox.binance.levels import best_levels
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market import DayStats, UnknownSymbol

WINDOW = re.compile(r"^(?:([1-9]|[1-5][0-9])m|([1-9]|1[0-9]|2[0-3])h|([1-7])d)$")
WINDOW_UNITS_MS = (MINUTE_MS, HOUR_MS, DAY_MS)
Row = dict[str, Any]


class TickerType(StrEnum):
    """How much a ticker tells."""

    FULL = "FULL"
    MINI = "MINI"


@dataclass(frozen=True)
class _Selection:
    instruments: tuple[Instrument, ...]
    is_single: bool


def day_ticker(call: Call) -> Answer:
    """`GET /api/v3/ticker/24hr`: the last 24 hours."""
    kind = _kind(call)

    def row(instrument: Instrument) -> Row:
        stats = call.market.day_stats(instrument.symbol, call.seen_ms)
        shown = _statistics(call, instrument, stats, kind)
        return shown if kind is TickerType.MINI else shown | _touch(call, instrument, stats)

    return _answer(call, f"24hr {kind}", row)


def price_ticker(call: Call) -> Answer:
    """`GET /api/v3/ticker/price`: the last price."""

    def row(instrument: Instrument) -> Row:
        last = call.market.last_price(instrument.symbol, call.seen_ms)
        return {"symbol": instrument.symbol, "price": call.price(instrument, last)}

    return _answer(call, "price", row)


def book_ticker(call: Call) -> Answer:
    """`GET /api/v3/ticker/bookTicker`: best bid and ask."""

    def row(instrument: Instrument) -> Row:
        return {"symbol": instrument.symbol} | best_levels(call, instrument)

    return _answer(call, "book", row)


def rolling_ticker(call: Call) -> Answer:
    """`GET /api/v3/ticker`: a window of `windowSize`, opening on a minute."""
    kind = _kind(call)
    size = call.parameters.text("windowSize") or "1d"
    match = WINDOW.match(size)
    if match is None:
        raise BinanceError.invalid("windowSize")
    length = sum(int(n) * unit for n, unit in zip(match.groups(), WINDOW_UNITS_MS) if n)
    since = (call.seen_ms - length) // MINUTE_MS * MINUTE_MS
    return _window(call, kind, since, f"rolling {size} {kind}")


def trading_day_ticker(call: Call) -> Answer:
    """`GET /api/v3/ticker/tradingDay`: since midnight UTC; `timeZone` is read and ignored."""
    kind = _kind(call)
    return _window(call, kind, call.seen_ms // DAY_MS * DAY_MS, f"day {kind}")


def _kind(call: Call) -> TickerType:
    kind = call.parameters.choice(
        "type", TickerType, -1130, "Data sent for parameter 'type' is not valid."
    )
    return kind or TickerType.FULL


def _window(call: Call, kind: TickerType, since_ms: int, key: str) -> Answer:
    if "symbol" not in call.parameters and "symbols" not in call.parameters:
        raise BinanceError.either_mandatory("symbol", "symbols")

    def row(instrument: Instrument) -> Row:
        stats = _stats_since(call, instrument, since_ms)
        return _statistics(call, instrument, stats, kind)

    return _answer(call, key, row)


def _answer(call: Call, key: str, row: Callable[[Instrument], Row]) -> bytes:
    selected = _selection(call)
    symbols = tuple(i.symbol for i in selected.instruments)

    def make() -> bytes:
        if selected.is_single:
            return orjson.dumps(row(selected.instruments[0]))
        return orjson.dumps(list(_rows(selected.instruments, row)))

    return call.once_a_second((key, selected.is_single, symbols), make)


def _selection(call: Call) -> _Selection:
    market, sent = call.market, call.parameters
    if "symbol" in sent and "symbols" in sent:
        raise BinanceError.combination()
    if "symbol" in sent:
        return _Selection((call.instrument(),), is_single=True)
    names = sent.symbols()
    if names is None:
        return _Selection(tuple(market.instruments.values()), is_single=False)
    return _Selection(tuple(market.instrument(name) for name in names), is_single=False)


def _rows(instruments: Iterable[Instrument], row: Callable[[Instrument], Row]) -> Iterable[Row]:
    for instrument in instruments:
        try:
            yield row(instrument)
        except UnknownSymbol:
            # Listed, but not traded yet at that time.
            continue


def _stats_since(call: Call, instrument: Instrument, since_ms: int) -> DayStats:
    now = call.seen_ms
    candles = call.market.candles_between(instrument.symbol, "1m", since_ms, now + 1, now_ms=now)
    if len(candles) == 0:
        last = call.market.last_price(instrument.symbol, now)
        return DayStats(since_ms, now, last, last, last, last, 0.0, 0.0)
    typical = (candles.open + candles.high + candles.low + candles.close) / 4
    return DayStats(
        open_ms=since_ms,
        close_ms=now,
        open=float(candles.open[0]),
        high=float(candles.high.max()),
        low=float(candles.low.min()),
        last=float(candles.close[-1]),
        volume=float(candles.volume.sum()),
        quote_volume=float((candles.volume * typical).sum()),
    )


def _statistics(call: Call, instrument: Instrument, stats: DayStats, kind: TickerType) -> Row:
    factor = call.faults.price_factor
    traded = stats.volume > 0
    first, last = -(-stats.open_ms // SECOND_MS), stats.close_ms // SECOND_MS
    shown: Row = {"symbol": instrument.symbol}
    if kind is TickerType.FULL:
        change = stats.last - stats.open
        mean = stats.quote_volume / stats.volume if traded else stats.last
        shown |= {
            "priceChange": f"{change * factor:.8f}",
            "priceChangePercent": f"{100 * change / stats.open:.3f}",
            "weightedAvgPrice": f"{mean * factor:.8f}",
        }
    return shown | {
        "openPrice": call.price(instrument, stats.open),
        "highPrice": call.price(instrument, stats.high),
        "lowPrice": call.price(instrument, stats.low),
        "lastPrice": call.price(instrument, stats.last),
        "volume": f"{stats.volume:.8f}",
        "quoteVolume": f"{stats.quote_volume * factor:.8f}",
        "openTime": stats.open_ms,
        "closeTime": stats.close_ms,
        "firstId": first if traded else -1,
        "lastId": last if traded else -1,
        "count": last - first + 1 if traded else 0,
    }


def _touch(call: Call, instrument: Instrument, stats: DayStats) -> Row:
    second = call.seen_ms // SECOND_MS * SECOND_MS
    newest = call.market.trades(instrument.symbol, second, second + SECOND_MS, now_ms=call.seen_ms)
    quantity = float(newest.quantity[-1]) if len(newest.quantity) else 0.0
    return {
        "prevClosePrice": call.price(instrument, stats.open),
        "lastQty": f"{quantity:.8f}",
    } | best_levels(call, instrument)
