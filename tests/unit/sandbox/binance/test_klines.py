from __future__ import annotations

import numpy as np
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS
from aurum_plugins.sandbox.binance import klines
from aurum_plugins.sandbox.binance.klines import KlineRows, encode, join
from aurum_plugins.sandbox.market import (
    INTERVAL_MS,
    Candles,
    Market,
    UnknownInterval,
    UnknownSymbol,
)

FIRST = 1_700_006_400_000


def candle(*prices: float, volume: float = 10.0, open_ms: int = FIRST) -> Candles:
    return Candles(np.array([open_ms]), *(np.array([p]) for p in prices), np.array([volume]))


def test_known_row() -> None:
    rows = encode(candle(100.0, 110.0, 90.0, 105.0), "1m")
    assert orjson.loads(join(rows)) == [
        [
            FIRST,
            "100.00000000",
            "110.00000000",
            "90.00000000",
            "105.00000000",
            "10.00000000",
            FIRST + MINUTE_MS - 1,
            "1012.50000000",
            60,
            "5.87500000",
            "594.84375000",
            "0",
        ]
    ]


def test_flat_candle_without_volume() -> None:
    row = orjson.loads(encode(candle(1.0, 1.0, 1.0, 1.0, volume=0.0), "1h")[0])
    assert row[6] == FIRST + HOUR_MS - 1
    assert row[5] == row[7] == row[9] == row[10] == "0.00000000"
    assert row[8] == 0


def test_nan_is_written_as_text() -> None:
    row = orjson.loads(encode(candle(1.0, float("nan"), 1.0, 1.0), "1m")[0])
    assert row[2] == "NaN"
    assert row[4] == "1.00000000"


def test_months_close_with_the_month() -> None:
    february = 1_706_745_600_000
    row = orjson.loads(encode(candle(1.0, 1.0, 1.0, 1.0, open_ms=february), "1M")[0])
    assert row[6] == february + 29 * DAY_MS - 1


def test_nothing() -> None:
    assert join(encode(Candles.empty(), "1m")) == b"[]"


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_cache_answers_as_the_market_does(market: Market, data: st.DataObject) -> None:
    """Several questions to one cache, time moving on, gaps included."""
    rows = KlineRows(market)
    now = FIRST
    for _ in range(data.draw(st.integers(1, 4))):
        now += data.draw(st.integers(0, DAY_MS))
        symbol = data.draw(st.sampled_from(["AAAUSDT", "BBBUSDT"]))
        interval = data.draw(st.sampled_from(["1m", "3m", "15m", "1h", "4h", "1d", "1w"]))
        around = st.none() | st.integers(FIRST - HOUR_MS, now + HOUR_MS)
        asked = {
            "now_ms": now,
            "start_ms": data.draw(around),
            "end_ms": data.draw(around),
            "limit": data.draw(st.integers(10, 600)),
        }
        expected = market.candles(symbol, interval, **asked)
        assert rows.answer(symbol, interval, **asked) == join(encode(expected, interval))


@pytest.mark.parametrize("start_ms", [None, FIRST + 80 * MINUTE_MS])
def test_seconds_around_an_outage(market: Market, start_ms: int | None) -> None:
    asked = {"now_ms": FIRST + 251 * MINUTE_MS + 500, "start_ms": start_ms, "limit": 900}
    expected = market.candles("AAAUSDT", "1s", **asked)
    assert len(expected) == 900
    assert KlineRows(market).answer("AAAUSDT", "1s", **asked) == join(encode(expected, "1s"))


@pytest.mark.parametrize("interval", INTERVAL_MS)
def test_newest_candles_of_every_interval(market: Market, interval: str) -> None:
    now = FIRST + DAY_MS + 5_000_123
    expected = market.candles("AAAUSDT", interval, now_ms=now, limit=30)
    answer = KlineRows(market).answer("AAAUSDT", interval, now_ms=now, limit=30)
    assert answer == join(encode(expected, interval))
    assert all(row[0] <= now for row in orjson.loads(answer))


def test_no_candle_from_the_future(market: Market) -> None:
    now = FIRST + 10 * MINUTE_MS
    rows = KlineRows(market)
    later = rows.answer("AAAUSDT", "1m", now_ms=now + HOUR_MS, limit=1000)
    earlier = rows.answer("AAAUSDT", "1m", now_ms=now, limit=1000)
    assert len(orjson.loads(later)) > len(orjson.loads(earlier)) == 11


def test_least_recent_blocks_are_forgotten(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(klines, "CACHED_BLOCKS", 2)
    rows = KlineRows(market)
    asked = {"now_ms": FIRST + 2 * DAY_MS, "limit": 1000}
    first = rows.answer("AAAUSDT", "1m", **asked)
    assert len(rows._blocks) == 2
    assert rows.answer("AAAUSDT", "1m", **asked) == first


def test_unknown_symbol_and_interval(market: Market) -> None:
    rows = KlineRows(market)
    with pytest.raises(UnknownSymbol, match="XXX"):
        rows.answer("XXX", "1m", now_ms=FIRST, limit=1)
    with pytest.raises(UnknownInterval, match="'7m'"):
        rows.answer("AAAUSDT", "7m", now_ms=FIRST, limit=1)
