"""Candles that cannot have the times they carry are refused.

freqtrade asks for no newer candles of a pair until the newest that it holds is over: one candle
dated tomorrow blinds it for a day, in which it trades on that candle. Candles between the grid's
lines mix with the true ones. Either is refused as a whole, and freqtrade asks again.

Candles that are off by whole intervals into the past look like those of a venue that lags, and
pass; `without_revised` mends what they leave behind.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import ccxt

from aurum_plugins.clock import DAY_MS, SECOND_MS, Clock, WallClock

# How far ahead of ours the venue's clock may be: one further off refuses every signed request.
TOLERANCE_MS = 10 * SECOND_MS
# freqtrade rounds times down to seconds itself.
ROUNDING_MS = SECOND_MS


class MisdatedCandles(ccxt.BadResponse):  # type: ignore[misc]
    """A candle's time lies in the future or between the lines of its timeframe's grid.

    Attributes
    ----------
    symbol : str
        For example "BTC/USDT".
    open_ms : int
        The impossible time of opening, UTC milliseconds.
    """

    def __init__(self, symbol: str, timeframe: str, rule: str, open_ms: int) -> None:
        self.symbol = symbol
        self.open_ms = open_ms
        super().__init__(f"{symbol} {timeframe}: a candle's open must {rule}, got {open_ms}")


def refuse_misdated_candles(api: Any, clock: Clock | None = None) -> None:
    """Let an asynchronous ccxt exchange raise where candles carry impossible times.

    Parameters
    ----------
    api : ccxt.async_support.Exchange
        Its `fetch_ohlcv` is replaced, and raises `MisdatedCandles`.
    clock : Clock, optional
        Tells what lies in the future; the machine's by default.
    """
    fetch_ohlcv = api.fetch_ohlcv
    clock = clock or WallClock()

    @functools.wraps(fetch_ohlcv)
    async def fetch_dated(
        symbol: str, timeframe: str = "1m", *args: Any, **kwargs: Any
    ) -> list[list[float]]:
        candles: list[list[float]] = await fetch_ohlcv(symbol, timeframe, *args, **kwargs)
        interval_ms = api.parse_timeframe(timeframe) * SECOND_MS
        _check(symbol, timeframe, candles, interval_ms, clock.now_ms())
        return candles

    api.fetch_ohlcv = fetch_dated


def _check(
    symbol: str, timeframe: str, candles: Sequence[Sequence[float]], interval_ms: int, now_ms: int
) -> None:
    # Weeks begin on a Monday and months have no length: days are the coarsest grid from the epoch.
    grid_ms = interval_ms if interval_ms <= DAY_MS else SECOND_MS
    for open_ms in (int(candle[0]) for candle in candles):
        if open_ms > now_ms + TOLERANCE_MS:
            raise MisdatedCandles(symbol, timeframe, f"not be after {now_ms}", open_ms)
        if open_ms % grid_ms >= ROUNDING_MS:
            raise MisdatedCandles(symbol, timeframe, f"be a multiple of {grid_ms} ms", open_ms)
