"""Rows of candles as closed candles."""

from __future__ import annotations

import math

import pytest

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.market_data.venue_candle import VenueCandle
from aurum_plugins.market_data.venues.closed_candles import Row, closed_candles

OPEN = 1_700_000_040_000
WHOLE: list[float | None] = [OPEN, 10.0, 12.0, 9.0, 11.0, 3.0]


def closed(*rows: Row, now_ms: int = OPEN + MINUTE_MS) -> tuple[VenueCandle, ...]:
    return closed_candles("kraken", "BTC/USDT", "BTC/USD", rows, MINUTE_MS, now_ms)


def test_a_candle() -> None:
    expected = VenueCandle("kraken", "BTC/USDT", "USD", OPEN, 10.0, 12.0, 9.0, 11.0, 3.0)
    assert closed(WHOLE) == (expected,)


def test_one_that_is_being_formed_is_left_out() -> None:
    forming = [OPEN + MINUTE_MS, *WHOLE[1:]]
    assert [c.open_ms for c in closed(WHOLE, forming)] == [OPEN]
    assert closed(WHOLE, now_ms=OPEN + MINUTE_MS - 1) == ()


def test_oldest_first() -> None:
    older = [OPEN - MINUTE_MS, *WHOLE[1:]]
    assert [c.open_ms for c in closed(WHOLE, older)] == [OPEN - MINUTE_MS, OPEN]


def test_nothing_traded_is_a_candle() -> None:
    assert closed([OPEN, 10.0, 10.0, 10.0, 10.0, 0.0])[0].volume == 0.0


@pytest.mark.parametrize(
    "row",
    [
        WHOLE[:5],
        [*WHOLE, 1.0],
        [OPEN, None, 12.0, 9.0, 11.0, 3.0],
        [OPEN, 10.0, 12.0, 9.0, math.nan, 3.0],
        [OPEN, 10.0, math.inf, 9.0, 11.0, 3.0],
        [OPEN, 10.0, 12.0, 9.0, 11.0, -1.0],
        [OPEN, 0.0, 12.0, 0.0, 11.0, 3.0],
        [OPEN, 10.0, 10.5, 9.0, 11.0, 3.0],
        [OPEN, 10.0, 12.0, 10.5, 11.0, 3.0],
    ],
)
def test_rows_that_make_no_candle(row: Row) -> None:
    assert closed(row) == ()
