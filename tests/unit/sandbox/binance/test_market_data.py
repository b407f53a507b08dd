from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import orjson
import pytest

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS
from aurum_plugins.sandbox.faults.active import ActiveFaults
from aurum_plugins.sandbox.market import Candles
from aurum_plugins.sandbox.matching import average_price

Desk = Any
FIRST = 1_700_006_400_000


def test_ping_and_time(desk: Desk) -> None:
    assert desk.get("ping").json == {}
    assert desk.get("time").json == {"serverTime": desk.now}
    desk.faults = ActiveFaults(clock_skew_ms=-7_000)
    assert desk.get("time").json == {"serverTime": desk.now - 7_000}


def test_klines_default_to_the_newest_500(desk: Desk) -> None:
    rows = desk.get("klines", symbol="AAAUSDT", interval="1m").json
    assert len(rows) == 500
    assert rows[-1][0] == desk.now // MINUTE_MS * MINUTE_MS
    assert float(rows[-1][4]) == desk.last()
    assert rows == desk.get("uiKlines", symbol="AAAUSDT", interval="1m", timeZone="0").json


def test_klines_leave_outages_out(desk: Desk) -> None:
    asked = {"startTime": FIRST, "endTime": FIRST + 5 * HOUR_MS, "limit": 2_000}
    rows = desk.get("klines", symbol="AAAUSDT", interval="1m", **asked).json
    minutes = [(row[0] - FIRST) // MINUTE_MS for row in rows]
    assert minutes == [*range(100), *range(250, 301)]
    hours = desk.get("klines", symbol="AAAUSDT", interval="1h", **asked).json
    assert [(row[0] - FIRST) // HOUR_MS for row in hours] == [0, 1, 4, 5]


def test_faults_spoil_klines(desk: Desk) -> None:
    asked = {"symbol": "AAAUSDT", "interval": "1m", "limit": 3}
    plain = desk.get("klines", **asked).json

    def drop_newest(candles: Candles, interval_ms: int) -> Candles:
        assert interval_ms == MINUTE_MS
        return candles[:-1]

    desk.faults = ActiveFaults(candle_faults=(drop_newest,))
    assert desk.get("klines", **asked).json == plain[:-1]

    def no_close(candles: Candles, _: int) -> Candles:
        return dataclasses.replace(candles, close=np.full(len(candles), np.nan))

    desk.faults = ActiveFaults(candle_faults=(no_close,))
    assert {row[4] for row in desk.get("klines", **asked).json} == {"NaN"}

    desk.faults = ActiveFaults(now_shift_ms=-10 * MINUTE_MS)
    assert desk.get("klines", **asked).json[-1][0] == plain[-1][0] - 10 * MINUTE_MS

    desk.faults = ActiveFaults(price_factor=1.1)
    lied = desk.get("klines", **asked).json
    for column in range(1, 5):
        for told, true in zip(lied, plain):
            assert float(told[column]) == pytest.approx(float(true[column]) * 1.1, abs=0.005)
    assert [row[5] for row in lied] == [row[5] for row in plain]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"interval": "1m"}, -1102),
        ({"symbol": "AAAUSDT"}, -1102),
        ({"symbol": "NOPE", "interval": "1m"}, -1121),
        ({"symbol": "AAAUSDT", "interval": "7m"}, -1120),
        ({"symbol": "AAAUSDT", "interval": "1m", "limit": 0}, -1130),
        ({"symbol": "AAAUSDT", "interval": "1m", "from": 1}, -1104),
    ],
)
def test_klines_refusals(desk: Desk, asked: dict[str, object], error: int) -> None:
    status, code, _ = desk.get("klines", **asked).error
    assert (status, code) == (400, error)


def test_depth_is_the_markets_book(desk: Desk) -> None:
    book = desk.market.book("AAAUSDT", desk.now)
    answer = desk.get("depth", symbol="AAAUSDT", limit=5_000).json
    assert answer["lastUpdateId"] == desk.now // 1_000
    for side, ladder in (("bids", book.bids), ("asks", book.asks)):
        assert len(answer[side]) == len(ladder.ticks) == 1_000
        price, quantity = answer[side][-1]
        assert price == f"{ladder.ticks[-1] / 100:.8f}"
        assert quantity == f"{ladder.lots[-1] / 1000:.8f}"
    shorter = desk.get("depth", symbol="AAAUSDT").json
    assert len(shorter["asks"]) == 100
    assert shorter["asks"] == answer["asks"][:100]


@pytest.mark.parametrize("factor", [0.5, 0.98, 1.02])
def test_a_lying_book_stays_uncrossed(desk: Desk, factor: float) -> None:
    true = desk.get("depth", symbol="AAAUSDT").json
    desk.faults = ActiveFaults(price_factor=factor)
    told = desk.get("depth", symbol="AAAUSDT").json
    bid, ask = float(told["bids"][0][0]), float(told["asks"][0][0])
    assert bid < ask
    assert bid == pytest.approx(float(true["bids"][0][0]) * factor, abs=0.011)


def test_trades_are_looked_for_behind_an_outage(desk: Desk) -> None:
    desk.faults = ActiveFaults(now_shift_ms=FIRST + 200 * MINUTE_MS - desk.now)
    rows = desk.get("trades", symbol="AAAUSDT", limit=10).json
    assert len(rows) == 10
    assert rows[-1]["time"] < FIRST + 100 * MINUTE_MS


def test_trades_are_the_newest(desk: Desk) -> None:
    rows = desk.get("trades", symbol="AAAUSDT", limit=700).json
    assert len(rows) == 700
    ids = [row["id"] for row in rows]
    assert ids == sorted(set(ids))
    assert rows[-1]["time"] <= desk.now
    assert float(rows[-1]["price"]) == desk.last()
    for row in rows[:20]:
        quote = float(row["price"]) * float(row["qty"])
        assert float(row["quoteQty"]) == pytest.approx(quote, abs=1e-8)
    assert rows == desk.get("historicalTrades", symbol="AAAUSDT", limit=700).json


def test_trades_before_the_first_candle(desk: Desk) -> None:
    desk.faults = ActiveFaults(now_shift_ms=-3 * DAY_MS)
    assert desk.get("trades", symbol="AAAUSDT").json == []


def test_trades_can_be_walked_by_id(desk: Desk) -> None:
    walked, next_id = [], 0
    for _ in range(4):
        page = desk.get("historicalTrades", symbol="AAAUSDT", fromId=next_id, limit=1_000).json
        assert len(page) == 1_000
        walked += page
        next_id = page[-1]["id"] + 1
    assert walked[0]["time"] >= FIRST
    since, until = walked[0]["time"], walked[-1]["time"]
    found = desk.market.trades("AAAUSDT", since, until + 1, now_ms=desk.now)
    assert [row["id"] for row in walked] == found.id.tolist()


def test_aggregate_trades(desk: Desk) -> None:
    newest = desk.get("aggTrades", symbol="AAAUSDT", limit=5).json
    trades = desk.get("trades", symbol="AAAUSDT", limit=5).json
    assert [(r["a"], r["p"], r["q"], r["T"], r["m"]) for r in newest] == [
        (r["id"], r["price"], r["qty"], r["time"], r["isBuyerMaker"]) for r in trades
    ]
    assert all(r["f"] == r["l"] == r["a"] and r["M"] for r in newest)

    by_id = desk.get("aggTrades", symbol="AAAUSDT", fromId=newest[1]["a"], limit=2).json
    assert by_id == newest[1:3]
    start, end = newest[1]["T"], newest[3]["T"]
    between = desk.get("aggTrades", symbol="AAAUSDT", startTime=start, endTime=end).json
    assert between == newest[1:4]
    assert desk.get("aggTrades", symbol="AAAUSDT", endTime=end, limit=2).json == newest[2:4]
    assert desk.get("aggTrades", symbol="AAAUSDT", startTime=desk.now + 1).json == []
    assert desk.get("aggTrades", symbol="AAAUSDT", fromId=1, startTime=2).error == (
        400,
        -1128,
        "Combination of optional parameters invalid.",
    )


def test_average_price(desk: Desk) -> None:
    mean = average_price(desk.market, "AAAUSDT", desk.now, minutes=5)
    asked = desk.get("avgPrice", symbol="AAAUSDT").json
    assert asked == {"mins": 5, "price": f"{mean:.8f}", "closeTime": desk.now}
    desk.faults = ActiveFaults(price_factor=2.0)
    assert float(desk.get("avgPrice", symbol="AAAUSDT").json["price"]) == pytest.approx(2 * mean)


def test_answers_are_shared_within_a_second_only(desk: Desk) -> None:
    first = desk.get("depth", symbol="AAAUSDT").raw
    assert desk.get("depth", symbol="AAAUSDT").raw == first
    desk.faults = ActiveFaults(now_shift_ms=-5_000)
    assert desk.get("depth", symbol="AAAUSDT").raw != first
    desk.faults = None
    assert desk.get("depth", symbol="AAAUSDT").raw == first
    desk.clock.advance(1_000)
    later = desk.get("depth", symbol="AAAUSDT").raw
    assert orjson.loads(later)["lastUpdateId"] == orjson.loads(first)["lastUpdateId"] + 1
