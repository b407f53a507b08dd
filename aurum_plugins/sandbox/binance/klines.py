"""Candles as Binance's JSON rows, encoded once and kept."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.sandbox.market import INTERVAL_MS, Candles, Market, UnknownInterval
from aurum_plugins.sandbox.market.intervals import next_open, open_of
from aurum_plugins.sandbox.market.tape import IntArray

BLOCK_CANDLES = 256
CACHED_BLOCKS = 1_024


def encode(candles: Candles, interval: str) -> list[bytes]:
    """One JSON row for each candle.

    The tape knows no single trades, so three fields are modelled: quote volume is volume times
    the mean of the four prices; there is one trade in each second of a candle that traded; and
    takers bought 0.5 + 0.35 (close - open) / (high - low) of the volume.

    Parameters
    ----------
    candles : Candles
        May hold NaN, which is written `"NaN"`.
    interval : str
        A key of `INTERVAL_MS`; gives the closing times.
    """
    if len(candles) == 0:
        return []
    typical = (candles.open + candles.high + candles.low + candles.close) / 4
    height = candles.high - candles.low
    flat = ~(height > 0)
    bought = np.where(
        flat, 0.5, 0.5 + 0.35 * (candles.close - candles.open) / np.where(flat, 1.0, height)
    )
    closes = _closes(candles.open_ms, interval)
    seconds = (closes - candles.open_ms) // SECOND_MS
    columns = (
        candles.open_ms,
        *(candles.open, candles.high, candles.low, candles.close, candles.volume),
        closes - 1,
        candles.volume * typical,
        np.where(candles.volume > 0, seconds, 0),
        candles.volume * bought,
        candles.volume * bought * typical,
    )
    rows = [
        f'[{at},"{opened:.8f}","{high:.8f}","{low:.8f}","{close:.8f}","{volume:.8f}",{until},'
        f'"{quote:.8f}",{trades},"{taker:.8f}","{taker_quote:.8f}","0"]'
        for at, opened, high, low, close, volume, until, quote, trades, taker, taker_quote in zip(
            *(column.tolist() for column in columns)
        )
    ]
    return [row.replace("nan", "NaN").encode() for row in rows]


def join(rows: list[bytes]) -> bytes:
    """A JSON list of encoded rows."""
    return b"[" + b",".join(rows) + b"]"


@dataclass
class _Block:
    """Closed candles that open in one stretch of time, as far as they are known."""

    known_ms: int
    opens: list[int] = field(default_factory=list)
    rows: list[bytes] = field(default_factory=list)


class KlineRows:
    """Answers `klines` out of blocks of encoded rows.

    Closed candles never change: each is encoded once, in blocks aligned to time, of which the
    least recently used are forgotten. Only the candle being formed is encoded anew, once a
    second.

    Parameters
    ----------
    market : Market
    """

    def __init__(self, market: Market) -> None:
        self._market = market
        self._blocks: OrderedDict[tuple[str, str, int], _Block] = OrderedDict()
        self._forming: dict[tuple[str, str], tuple[int, list[bytes]]] = {}

    def answer(
        self,
        symbol: str,
        interval: str,
        *,
        now_ms: int,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int,
    ) -> bytes:
        """The JSON list of the candles that `Market.candles` would give for the same arguments.

        Raises
        ------
        UnknownSymbol, UnknownInterval
            If there is no such symbol or interval.
        """
        self._market.instrument(symbol)
        if interval not in INTERVAL_MS:
            raise UnknownInterval(interval)
        forming = int(open_of(interval, np.array([now_ms]))[0])
        first = max(start_ms or 0, self._market.tape.first_ms)
        last = now_ms if end_ms is None else min(end_ms, now_ms)
        last_closed = min(last, forming - 1)
        oldest_first = start_ms is not None

        span = BLOCK_CANDLES * INTERVAL_MS[interval]
        starts = range(first // span * span, last_closed + 1, span)
        parts: list[list[bytes]] = []
        count = 0
        for block_open in starts if oldest_first else reversed(starts):
            if count >= limit:
                break
            block = self._block(symbol, interval, block_open, forming)
            begin, stop = bisect_left(block.opens, first), bisect_right(block.opens, last_closed)
            parts.append(block.rows[begin:stop])
            count += len(parts[-1])
        rows = list(chain.from_iterable(parts if oldest_first else reversed(parts)))
        if first <= forming <= last and not (oldest_first and count >= limit):
            rows += self._open_candle(symbol, interval, forming, now_ms)
        return join(rows[:limit] if oldest_first else rows[-limit:])

    def _block(self, symbol: str, interval: str, block_open: int, forming_ms: int) -> _Block:
        key = (symbol, interval, block_open)
        block = self._blocks.get(key)
        if block is None:
            block = self._blocks[key] = _Block(max(block_open, self._market.tape.first_ms))
            if len(self._blocks) > CACHED_BLOCKS:
                self._blocks.popitem(last=False)
        else:
            self._blocks.move_to_end(key)
        until = min(block_open + BLOCK_CANDLES * INTERVAL_MS[interval], forming_ms)
        if block.known_ms < until:
            closed = self._market.candles_between(
                symbol, interval, block.known_ms, until, now_ms=forming_ms
            )
            block.opens += closed.open_ms.tolist()
            block.rows += encode(closed, interval)
            block.known_ms = until
        return block

    def _open_candle(self, symbol: str, interval: str, forming_ms: int, now_ms: int) -> list[bytes]:
        second = now_ms // SECOND_MS
        known = self._forming.get((symbol, interval))
        if known is not None and known[0] == second:
            return known[1]
        candle = self._market.candles_between(
            symbol, interval, forming_ms, forming_ms + 1, now_ms=now_ms
        )
        rows = encode(candle, interval)
        self._forming[symbol, interval] = (second, rows)
        return rows


def _closes(open_ms: IntArray, interval: str) -> IntArray:
    if interval != "1M":
        return open_ms + INTERVAL_MS[interval]
    return np.array([next_open(interval, int(each)) for each in open_ms], np.int64)
