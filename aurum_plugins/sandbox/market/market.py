"""The simulated market: everything that can be seen at a given moment, and nothing later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aurum_plugins.clock import DAY_MS, SECOND_MS
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market.aggregation import aggregate, from_path
from aurum_plugins.sandbox.market.book import Book, model_book
from aurum_plugins.sandbox.market.intervals import INTERVAL_MS, UnknownInterval, next_open, open_of
from aurum_plugins.sandbox.market.intrabar import Bar, SecondPath, second_path
from aurum_plugins.sandbox.market.tape import Candles, FloatArray, IntArray, Tape

CACHED_PATHS = 512
CACHED_BOOKS = 256
# How far back a last price is looked for across an outage, in base candles.
OUTAGE_CANDLES = 4_096


class UnknownSymbol(KeyError):
    """A symbol that is not on the tape."""

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        super().__init__(symbol)


@dataclass(frozen=True)
class DayStats:
    """The last 24 hours of one symbol. Prices in quote currency, `volume` in base currency."""

    open_ms: int
    close_ms: int
    open: float
    high: float
    low: float
    last: float
    volume: float
    quote_volume: float


@dataclass(frozen=True)
class Trades:
    """Public trades as columns, oldest first: at most one a second.

    Attributes
    ----------
    id : ndarray of int64
        Number of the second since the epoch, hence rising with time.
    price, quantity : ndarray of float64
        Quote currency; base currency.
    buyer_is_maker : ndarray of bool
        True where the price fell: the seller crossed the spread.
    """

    id: IntArray
    price: FloatArray
    quantity: FloatArray
    buyer_is_maker: NDArray[np.bool_]


class Market:
    """A pure function of tape, seed and time.

    Parameters
    ----------
    tape : Tape
        Base candles, past and future.
    instruments : sequence of Instrument
        Grids and typical figures; each must be on the tape.
    seed : int
        Fixes books and the paths inside candles.

    Notes
    -----
    Every method takes `now_ms` (UTC milliseconds) and shows what was known then: the candle that
    is being formed ends at the second of `now_ms`.
    """

    def __init__(self, tape: Tape, instruments: Sequence[Instrument], seed: int) -> None:
        self.tape = tape
        self.seed = seed
        self.instruments: Mapping[str, Instrument] = {i.symbol: i for i in instruments}
        self._numbers = {symbol: number for number, symbol in enumerate(sorted(tape.symbols))}
        self._path = lru_cache(CACHED_PATHS)(self._draw_path)
        self._book = lru_cache(CACHED_BOOKS)(self._draw_book)

    def instrument(self, symbol: str) -> Instrument:
        """Grid and typical figures of a symbol.

        Raises
        ------
        UnknownSymbol
            If it is not traded here.
        """
        try:
            return self.instruments[symbol]
        except KeyError:
            raise UnknownSymbol(symbol) from None

    def is_open(self, now_ms: int) -> bool:
        """Whether the tape still runs."""
        return self.tape.last_ms is None or now_ms < self.tape.last_ms

    def last_price(self, symbol: str, now_ms: int) -> float:
        """Price of the last trade, quote currency. During an outage, the one before it.

        Raises
        ------
        UnknownSymbol
            If it is not traded here, or was not yet at that time.
        """
        base_open = self._base_open(now_ms)
        path = self._path(symbol, base_open)
        if path is not None:
            return float(path.price[(now_ms - base_open) // SECOND_MS])
        reach = OUTAGE_CANDLES * self.tape.interval_ms
        before = self.tape.window(symbol, base_open - reach, base_open)
        if len(before) == 0:
            raise UnknownSymbol(symbol)
        return float(before.close[-1])

    def book(self, symbol: str, now_ms: int) -> Book:
        """The order book in the second of `now_ms`, before anybody here traded on it."""
        return self._book(symbol, now_ms // SECOND_MS * SECOND_MS)

    def paths(self, symbol: str, start_ms: int, end_ms: int) -> Iterator[SecondPath]:
        """Second-by-second prices of whole seconds in [start_ms, end_ms), outages left out.

        The caller passes an `end_ms` that is not in the future.
        """
        length = self.tape.interval_ms
        first = -(-start_ms // SECOND_MS) * SECOND_MS
        for base_open in range(self._base_open(first), end_ms, length):
            path = self._path(symbol, base_open)
            if path is None:
                continue
            begin = max(0, (first - base_open) // SECOND_MS)
            stop = min(len(path), -(-(end_ms - base_open) // SECOND_MS))
            if begin < stop:
                yield SecondPath(
                    base_open + begin * SECOND_MS, path.price[begin:stop], path.volume[begin:stop]
                )

    def candles(
        self,
        symbol: str,
        interval: str,
        *,
        now_ms: int,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int,
    ) -> Candles:
        """At most `limit` candles, oldest first, the one being formed included.

        With `start_ms` the oldest candles that open at or after it; otherwise the newest ones.
        Both bounds are inclusive, as Binance's are.

        Raises
        ------
        UnknownSymbol, UnknownInterval
            If there is no such symbol or interval.
        """
        if interval not in INTERVAL_MS:
            raise UnknownInterval(interval)
        stop = now_ms + 1 if end_ms is None else min(end_ms, now_ms) + 1
        floor = self.tape.first_ms
        # Doubled at each step, so that years without a candle are crossed in a few.
        span = limit * INTERVAL_MS[interval]
        if start_ms is not None:
            begin = max(start_ms, floor)
            found = Candles.empty()
            while begin < stop and len(found) < limit:
                until = min(stop, begin + span)
                part = self.candles_between(symbol, interval, begin, until, now_ms=now_ms)
                found = Candles.concat(found, part)
                begin = until
                span *= 2
            return found[:limit]
        begin = stop
        found = Candles.empty()
        while begin > floor and len(found) < limit:
            since = max(floor, begin - span)
            part = self.candles_between(symbol, interval, since, begin, now_ms=now_ms)
            found = Candles.concat(part, found)
            begin = since
            span *= 2
        return found[-limit:] if len(found) > limit else found

    def candles_between(
        self, symbol: str, interval: str, start_ms: int, end_ms: int, *, now_ms: int
    ) -> Candles:
        """Candles that open in [start_ms, end_ms), as known at `now_ms`."""
        self.instrument(symbol)
        last_open = int(open_of(interval, np.array([end_ms - 1]))[0])
        stop = min(next_open(interval, last_open), now_ms + 1)
        if INTERVAL_MS[interval] >= self.tape.interval_ms:
            base = self._base_candles(symbol, self._base_open(start_ms), stop, now_ms)
            whole = aggregate(base, interval)
        else:
            paths = self.paths(symbol, int(open_of(interval, np.array([start_ms]))[0]), stop)
            whole = Candles.concat(Candles.empty(), *(from_path(p, interval) for p in paths))
        return whole[(whole.open_ms >= start_ms) & (whole.open_ms < end_ms)]

    def day_stats(self, symbol: str, now_ms: int) -> DayStats:
        """Rolling statistics of the 24 hours before `now_ms`."""
        since = now_ms - DAY_MS
        base = self._base_candles(symbol, self._base_open(since), now_ms + 1, now_ms)
        if len(base) == 0:
            price = self.last_price(symbol, now_ms)
            return DayStats(since, now_ms, price, price, price, price, 0.0, 0.0)
        typical = (base.open + base.high + base.low + base.close) / 4
        return DayStats(
            open_ms=since,
            close_ms=now_ms,
            open=float(base.open[0]),
            high=float(base.high.max()),
            low=float(base.low.min()),
            last=float(base.close[-1]),
            volume=float(base.volume.sum()),
            quote_volume=float((base.volume * typical).sum()),
        )

    def trades(self, symbol: str, start_ms: int, end_ms: int, *, now_ms: int) -> Trades:
        """Trades of the seconds in [start_ms, end_ms) that had begun at `now_ms`."""
        parts = list(self.paths(symbol, start_ms, min(end_ms, now_ms + 1)))
        if not parts:
            return Trades(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0, np.bool_))
        price = np.concatenate([p.price for p in parts])
        ids = np.concatenate([p.start_ms // SECOND_MS + np.arange(len(p)) for p in parts])
        step = self.instrument(symbol).step
        lots = np.floor(np.concatenate([p.volume for p in parts]) / step)
        falls = np.diff(price, prepend=price[0]) < 0
        traded = lots > 0
        return Trades(ids[traded], price[traded], lots[traded] * step, falls[traded])

    def _base_open(self, time_ms: int) -> int:
        return time_ms // self.tape.interval_ms * self.tape.interval_ms

    def _base_candles(self, symbol: str, start_ms: int, end_ms: int, now_ms: int) -> Candles:
        """Base candles that open in [start_ms, end_ms); the forming one only as far as `now_ms`."""
        forming = self._base_open(now_ms)
        closed = self.tape.window(symbol, start_ms, min(end_ms, forming))
        if not start_ms <= forming < end_ms:
            return closed
        path = self._path(symbol, forming)
        if path is None:
            return closed
        upto = (now_ms - forming) // SECOND_MS + 1
        price, volume = path.price[:upto], path.volume[:upto]
        partial = Candles(
            open_ms=np.array([forming]),
            open=price[:1],
            high=price.max(keepdims=True),
            low=price.min(keepdims=True),
            close=price[-1:],
            volume=volume.sum(keepdims=True),
        )
        return Candles.concat(closed, partial)

    def _draw_path(self, symbol: str, base_open: int) -> SecondPath | None:
        instrument = self.instrument(symbol)
        length = self.tape.interval_ms
        found = self.tape.window(symbol, base_open, base_open + length)
        if len(found) == 0:
            return None
        _, *columns = found.columns
        first, high, low, last, volume = (float(column[0]) for column in columns)
        bar = Bar(first, high, low, last, volume)
        return second_path(
            bar,
            start_ms=base_open,
            seconds=length // SECOND_MS,
            tick=instrument.tick,
            key=(self.seed, self._numbers[symbol]),
        )

    def _draw_book(self, symbol: str, second_ms: int) -> Book:
        return model_book(
            self.instrument(symbol),
            price=self.last_price(symbol, second_ms),
            second_ms=second_ms,
            key=(self.seed, self._numbers[symbol]),
        )
