from __future__ import annotations

from typing import Any

import pytest

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS
from aurum_plugins.sandbox.faults.active import ActiveFaults

Desk = Any
FIRST = 1_700_006_400_000
MINI = {
    *("symbol", "openPrice", "highPrice", "lowPrice", "lastPrice", "volume", "quoteVolume"),
    *("openTime", "closeTime", "firstId", "lastId", "count"),
}
WINDOW = MINI | {"priceChange", "priceChangePercent", "weightedAvgPrice"}
FULL = WINDOW | {"prevClosePrice", "lastQty", "bidPrice", "bidQty", "askPrice", "askQty"}


def test_day_ticker(desk: Desk) -> None:
    row = desk.get("ticker/24hr", symbol="AAAUSDT").json
    stats = desk.market.day_stats("AAAUSDT", desk.now)
    assert set(row) == FULL
    assert row["closeTime"] - row["openTime"] == DAY_MS
    assert float(row["lastPrice"]) == desk.last() == stats.last
    assert float(row["highPrice"]) == pytest.approx(stats.high)
    assert row["priceChange"] == f"{stats.last - stats.open:.8f}"
    assert row["priceChangePercent"] == f"{100 * (stats.last / stats.open - 1):.3f}"
    mean = float(row["quoteVolume"]) / float(row["volume"])
    assert float(row["weightedAvgPrice"]) == pytest.approx(mean)
    assert row["count"] == row["lastId"] - row["firstId"] + 1
    assert float(row["bidPrice"]) < float(row["askPrice"])


def test_mini_and_selections(desk: Desk) -> None:
    mini = desk.get("ticker/24hr", symbol="BBBUSDT", type="MINI").json
    assert set(mini) == MINI
    everything = desk.get("ticker/24hr", type="MINI").json
    assert [row["symbol"] for row in everything] == ["AAAUSDT", "BBBUSDT", "BNBUSDT"]
    assert everything[1] == mini
    some = desk.get("ticker/24hr", symbols='["BBBUSDT"]', type="MINI").json
    assert some == [mini]


def test_a_symbol_that_was_not_listed_yet_is_left_out_of_lists(desk: Desk) -> None:
    desk.faults = ActiveFaults(now_shift_ms=-DAY_MS - HOUR_MS)
    assert [r["symbol"] for r in desk.get("ticker/price").json] == ["AAAUSDT", "BNBUSDT"]
    assert desk.get("ticker/price", symbol="BBBUSDT").error == (400, -1121, "Invalid symbol.")


def test_price_and_book_tickers(desk: Desk) -> None:
    assert desk.get("ticker/price", symbol="AAAUSDT").json == {
        "symbol": "AAAUSDT",
        "price": f"{desk.last():.8f}",
    }
    depth = desk.get("depth", symbol="AAAUSDT", limit=1).json
    assert desk.get("ticker/bookTicker", symbol="AAAUSDT").json == {
        "symbol": "AAAUSDT",
        "bidPrice": depth["bids"][0][0],
        "bidQty": depth["bids"][0][1],
        "askPrice": depth["asks"][0][0],
        "askQty": depth["asks"][0][1],
    }
    assert len(desk.get("ticker/bookTicker").json) == 3


def test_a_lying_venue_shows_its_own_price(desk: Desk) -> None:
    desk.faults = ActiveFaults(price_factor=2.0)
    assert float(desk.get("ticker/price", symbol="AAAUSDT").json["price"]) == pytest.approx(
        2 * desk.last()
    )


def test_rolling_window_opens_on_a_minute(desk: Desk) -> None:
    row = desk.get("ticker", symbol="AAAUSDT", windowSize="5m").json
    assert set(row) == WINDOW
    assert row["openTime"] == (desk.now - 5 * MINUTE_MS) // MINUTE_MS * MINUTE_MS
    candles = desk.get("klines", symbol="AAAUSDT", interval="1m", limit=6).json
    assert row["openPrice"] == candles[0][1]
    assert float(row["highPrice"]) == max(float(c[2]) for c in candles)
    assert float(row["volume"]) == pytest.approx(sum(float(c[5]) for c in candles))
    for size, length in (("2h", 2 * HOUR_MS), ("1d", DAY_MS)):
        row = desk.get("ticker", symbol="AAAUSDT", windowSize=size, type="MINI").json
        assert desk.now - MINUTE_MS < row["openTime"] + length <= desk.now
    assert desk.get("ticker", symbols='["AAAUSDT"]', type="MINI").json == [row]


def test_trading_day_begins_at_midnight(desk: Desk) -> None:
    row = desk.get("ticker/tradingDay", symbol="AAAUSDT", timeZone="0").json
    assert row["openTime"] == FIRST + 2 * DAY_MS
    assert row["closeTime"] == desk.now


def test_a_window_without_a_trade(desk: Desk) -> None:
    desk.faults = ActiveFaults(now_shift_ms=FIRST + 200 * MINUTE_MS - desk.now)
    row = desk.get("ticker", symbol="AAAUSDT", windowSize="10m").json
    assert row["openPrice"] == row["lastPrice"] == row["weightedAvgPrice"]
    assert (row["firstId"], row["lastId"], row["count"]) == (-1, -1, 0)
    assert float(row["volume"]) == 0
    day = desk.get("ticker/24hr", symbol="AAAUSDT").json
    assert float(day["lastQty"]) == 0


@pytest.mark.parametrize(
    ("path", "asked", "code", "message"),
    [
        (
            "ticker",
            {},
            -1102,
            "Param 'symbol' or 'symbols' must be sent, but both were empty/null!",
        ),
        (
            "ticker",
            {"symbol": "AAAUSDT", "windowSize": "60m"},
            -1130,
            "Data sent for parameter 'windowSize' is not valid.",
        ),
        (
            "ticker/24hr",
            {"symbol": "AAAUSDT", "type": "TINY"},
            -1130,
            "Data sent for parameter 'type' is not valid.",
        ),
        (
            "ticker/price",
            {"symbol": "AAAUSDT", "symbols": '["AAAUSDT"]'},
            -1128,
            "Combination of optional parameters invalid.",
        ),
        ("ticker/price", {"symbols": '["AAAUSDT","NOPE"]'}, -1121, "Invalid symbol."),
    ],
)
def test_refusals(desk: Desk, path: str, asked: dict[str, object], code: int, message: str) -> None:
    assert desk.get(path, **asked).error == (400, code, message)
