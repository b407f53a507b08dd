"""Candles from the future, or from between the grid's lines, are refused."""

from __future__ import annotations

from typing import Any

import ccxt
import pytest

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, VirtualClock
from aurum_plugins.market_data.answers import MisdatedCandles, refuse_misdated_candles

NOW = 20_000 * DAY_MS + 12 * HOUR_MS + 30 * SECOND_MS
FORMING = NOW - 30 * SECOND_MS
PAIR = "BTC/USDT"


class FakeExchange:
    def __init__(self, *opens_ms: int) -> None:
        self.candles = [[open_ms, 1.0, 1.0, 1.0, 1.0, 1.0] for open_ms in opens_ms]
        self.asked: tuple[Any, ...] = ()
        refuse_misdated_candles(self, VirtualClock(NOW))

    async def fetch_ohlcv(
        self, symbol: str, timeframe: str = "1m", since: Any = None, limit: Any = None, **_: Any
    ) -> list[list[float]]:
        self.asked = (symbol, timeframe, since, limit)
        return self.candles

    def parse_timeframe(self, timeframe: str) -> int:
        return int(ccxt.Exchange.parse_timeframe(timeframe))


async def test_candles_on_the_grid_pass() -> None:
    api = FakeExchange(FORMING - MINUTE_MS, FORMING)
    assert await api.fetch_ohlcv(PAIR, "1m", since=5, limit=2) is api.candles
    assert api.asked == (PAIR, "1m", 5, 2)


async def test_no_candles_pass() -> None:
    assert await FakeExchange().fetch_ohlcv(PAIR) == []


@pytest.mark.parametrize("ahead_ms", [MINUTE_MS, DAY_MS])
async def test_a_candle_from_the_future_is_refused(ahead_ms: int) -> None:
    api = FakeExchange(FORMING, FORMING + ahead_ms)
    with pytest.raises(MisdatedCandles, match=f"BTC/USDT 1m: .* must not be after {NOW}") as caught:
        await api.fetch_ohlcv(PAIR, "1m")
    assert (caught.value.symbol, caught.value.open_ms) == (PAIR, FORMING + ahead_ms)


async def test_a_venue_clock_a_little_ahead_is_borne() -> None:
    api = FakeExchange(NOW + 10 * SECOND_MS)
    assert await api.fetch_ohlcv(PAIR, "1s") == api.candles


@pytest.mark.parametrize("off_ms", [30 * SECOND_MS, -30 * SECOND_MS, SECOND_MS])
async def test_a_candle_between_the_lines_is_refused(off_ms: int) -> None:
    api = FakeExchange(FORMING - HOUR_MS + off_ms)
    with pytest.raises(MisdatedCandles, match="must be a multiple of 60000 ms"):
        await api.fetch_ohlcv(PAIR, "1m")


async def test_fractions_of_a_second_are_borne_because_freqtrade_rounds_them_away() -> None:
    api = FakeExchange(FORMING + 999)
    assert await api.fetch_ohlcv(PAIR, "1m") == api.candles


@pytest.mark.parametrize("timeframe", ["1w", "1M"])
async def test_weeks_and_months_have_no_grid_from_the_epoch(timeframe: str) -> None:
    monday = FORMING - 12 * HOUR_MS
    assert await FakeExchange(monday).fetch_ohlcv(PAIR, timeframe)


def test_freqtrade_takes_the_error_for_a_temporary_one() -> None:
    assert issubclass(MisdatedCandles, ccxt.OperationFailed)
