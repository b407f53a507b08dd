"""Kraken's public endpoints, asked without a socket."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp.test_utils import make_mocked_request

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, VirtualClock
from aurum_plugins.sandbox.faults.active import ActiveFaults
from aurum_plugins.sandbox.faults.candles import Gapped, NotANumber, Rows, ZeroVolume
from aurum_plugins.sandbox.instruments import DEFAULT_INSTRUMENTS
from aurum_plugins.sandbox.kraken import routes
from aurum_plugins.sandbox.kraken.pairs import KRAKEN
from aurum_plugins.sandbox.market import Market
from aurum_plugins.sandbox.market.synthetic import SyntheticTape
from aurum_plugins.sandbox.venue_view import VenueView

# Thursday 2025-06-05 12:34:56.789 UTC.
NOW = 1_749_126_896_789
SECONDS = NOW // SECOND_MS


class Kraken:
    """Asks the routes as aiohttp would."""

    def __init__(self, market: Market, now_ms: int = NOW) -> None:
        table = routes(market, VirtualClock(now_ms))
        self.routes = {route.kwargs["name"]: route for route in table}

    def ask(self, name: str, faults: ActiveFaults | None = None, **query: Any) -> dict[str, Any]:
        route = self.routes[f"kraken.{name}"]
        request = make_mocked_request("GET", f"{route.path}?{urlencode(query)}")
        if faults is not None:
            request["faults"] = faults
        response = asyncio.run(route.handler(request))
        assert response.status == 200
        assert response.content_type == "application/json"
        return json.loads(response.body)

    def result(self, name: str, faults: ActiveFaults | None = None, **query: Any) -> Any:
        answer = self.ask(name, faults, **query)
        assert answer["error"] == []
        return answer["result"]


@pytest.fixture(scope="module")
def market() -> Market:
    tape = SyntheticTape(DEFAULT_INSTRUMENTS, seed=7, first_ms=NOW - 40 * DAY_MS)
    return Market(tape, DEFAULT_INSTRUMENTS, seed=7)


@pytest.fixture(scope="module")
def kraken(market) -> Kraken:
    return Kraken(market)


@pytest.fixture(scope="module")
def view(market) -> VenueView:
    return VenueView.of(market, KRAKEN)


class TestServer:
    def test_time(self, kraken):
        assert kraken.result("time") == {
            "unixtime": SECONDS,
            "rfc1123": "Thu, 05 Jun 2025 12:34:56 +0000",
        }

    def test_time_is_skewed_and_market_data_is_not(self, kraken):
        skewed = ActiveFaults(clock_skew_ms=-HOUR_MS)
        assert kraken.result("time", skewed)["unixtime"] == SECONDS - 3_600
        assert kraken.result("ticker", skewed, pair="XBTUSD") == kraken.result(
            "ticker", pair="XBTUSD"
        )

    def test_status(self, kraken):
        assert kraken.result("status") == {
            "status": "online",
            "timestamp": "2025-06-05T12:34:56Z",
        }

    def test_another_endpoint(self, kraken):
        assert kraken.ask("unknown") == {"error": ["EGeneral:Unknown method"]}


class TestDirectory:
    def test_assets(self, kraken):
        assets = kraken.result("assets")
        assert {"XXBT", "XETH", "XXDG", "XXRP", "XLTC", "SOL", "ZUSD", "USDT"} <= set(assets)
        assert "BNB" not in assets
        assert assets["XXBT"] == {
            "aclass": "currency",
            "altname": "XBT",
            "decimals": 10,
            "display_decimals": 5,
            "status": "enabled",
        }

    def test_some_assets(self, kraken):
        assert list(kraken.result("assets", asset="XBT,ZUSD")) == ["XXBT", "ZUSD"]

    def test_unknown_asset(self, kraken):
        assert kraken.ask("assets", asset="NOPE") == {"error": ["EQuery:Unknown asset"]}

    def test_pairs_bear_krakens_names(self, kraken):
        pairs = kraken.result("pairs")
        names = {key: (row["altname"], row["wsname"]) for key, row in pairs.items()}
        assert names["XXBTZUSD"] == ("XBTUSD", "XBT/USD")
        assert names["XBTUSDT"] == ("XBTUSDT", "XBT/USDT")
        assert names["XDGUSD"] == ("XDGUSD", "XDG/USD")
        assert names["USDTZUSD"] == ("USDTUSD", "USDT/USD")
        assert names["SOLUSD"] == ("SOLUSD", "SOL/USD")
        assert len(pairs) == 2 * 8 + 1

    def test_one_pair(self, kraken):
        pair = kraken.result("pairs", pair="XBT/USD")["XXBTZUSD"]
        assert (pair["base"], pair["quote"]) == ("XXBT", "ZUSD")
        assert (pair["pair_decimals"], pair["tick_size"]) == (1, "0.1")
        assert pair["status"] == "online"

    @pytest.mark.parametrize("name", ["XXBTZUSD", "XBTUSD", "XBT/USD", "BTC/USD", "BTCUSD"])
    def test_every_spelling_finds_the_pair(self, kraken, name):
        assert list(kraken.result("ticker", pair=name)) == ["XXBTZUSD"]


class TestTicker:
    def test_all(self, kraken):
        assert len(kraken.result("ticker")) == 17

    def test_fields_hang_together(self, kraken, view):
        row = kraken.result("ticker", pair="XBTUSDT")["XBTUSDT"]
        listing = view.listings["BTCUSDT"]
        assert float(row["c"][0]) == view.price(listing, NOW)
        assert float(row["b"][0]) < float(row["a"][0])
        assert float(row["l"][1]) <= float(row["p"][1]) <= float(row["h"][1])
        assert float(row["l"][1]) <= float(row["l"][0])
        assert float(row["v"][0]) < float(row["v"][1])
        assert row["t"][0] == NOW % DAY_MS // SECOND_MS + 1
        midnight = NOW // DAY_MS * DAY_MS
        day = view.candles(listing, DAY_MS, midnight, NOW, now_ms=NOW)
        assert float(row["o"]) == day.open[0]
        assert row["o"].partition(".")[2] == row["o"][-5:]

    def test_some_pairs_in_one_request(self, kraken):
        assert list(kraken.result("ticker", pair="XBTUSD,ETHUSDT")) == ["XXBTZUSD", "ETHUSDT"]

    def test_a_lying_venue(self, kraken):
        honest = kraken.result("ticker", pair="XBTUSD")["XXBTZUSD"]
        lying = kraken.result("ticker", ActiveFaults(price_factor=1.05), pair="XBTUSD")["XXBTZUSD"]
        for field in "abclho":
            told, true = (float(r[field] if field == "o" else r[field][0]) for r in (lying, honest))
            assert told == pytest.approx(true * 1.05, rel=2e-5)

    def test_unknown_pair(self, kraken):
        assert kraken.ask("ticker", pair="XBTUSD,BNBUSD") == {
            "error": ["EQuery:Unknown asset pair"]
        }


class TestOhlc:
    @pytest.mark.parametrize("interval", [1, 5, 15, 30, 60, 240, 1_440, 10_080, 21_600])
    def test_every_interval(self, kraken, interval):
        answer = kraken.result("ohlc", pair="XBTUSDT", interval=interval)
        rows = answer["XBTUSDT"]
        step = interval * 60
        assert rows[-1][0] == SECONDS // step * step
        assert answer["last"] == rows[-1][0] - step
        assert all(b[0] - a[0] == step for a, b in pairwise(rows))
        assert len(rows) <= 720

    def test_rows(self, kraken, view):
        rows = kraken.result("ohlc", pair="XBTUSD", interval=5)["XXBTZUSD"]
        assert len(rows) == 720
        listing, begin = view.listings["BTCUSD"], rows[-2][0] * SECOND_MS
        candle = view.candles(listing, 5 * MINUTE_MS, begin, begin + 1, now_ms=NOW)
        _, open_, high, low, close, vwap, volume, count = rows[-2]
        assert open_ == f"{candle.open[0]:.1f}"
        assert [float(x) for x in (high, low, close)] == [
            candle.high[0],
            candle.low[0],
            candle.close[0],
        ]
        assert float(low) <= float(vwap) <= float(high)
        assert float(volume) == pytest.approx(candle.volume[0], abs=1e-8)
        assert count == 300
        assert rows[-1][7] == (NOW - rows[-1][0] * SECOND_MS) // SECOND_MS + 1

    def test_since_is_exclusive_and_never_hides_the_newest(self, kraken):
        everything = kraken.result("ohlc", pair="XBTUSD")["XXBTZUSD"]
        since = everything[-4][0]
        assert kraken.result("ohlc", pair="XBTUSD", since=since)["XXBTZUSD"] == everything[-3:]
        future = kraken.result("ohlc", pair="XBTUSD", since=SECONDS + 10**6)["XXBTZUSD"]
        assert future == everything[-1:]

    def test_default_interval_is_a_minute(self, kraken):
        assert kraken.result("ohlc", pair="XBTUSD") == kraken.result(
            "ohlc", pair="XBTUSD", interval=1
        )

    def test_stale(self, kraken, market):
        shifted = kraken.result("ohlc", ActiveFaults(now_shift_ms=-HOUR_MS), pair="XBTUSD")
        assert shifted == Kraken(market, NOW - HOUR_MS).result("ohlc", pair="XBTUSD")

    def test_candle_faults(self, kraken):
        def rows(fault):
            faults = ActiveFaults(candle_faults=(fault,))
            return kraken.result("ohlc", faults, pair="XBTUSD")["XXBTZUSD"]

        assert rows(NotANumber(Rows(newest=1)))[-1][1:] == ["NaN"] * 6 + [0]
        assert rows(ZeroVolume(Rows(newest=2)))[-2][6:] == ["0.00000000", 0]
        assert rows(Gapped(Rows(newest=3)))[-1][0] == SECONDS // 60 * 60 - 180
        assert rows(Gapped(Rows(fraction=1.0))) == []

    @pytest.mark.parametrize(
        ("query", "error"),
        [
            ({"pair": "NOPE"}, "EQuery:Unknown asset pair"),
            ({}, "EGeneral:Invalid arguments"),
            ({"pair": "XBTUSD", "interval": 7}, "EGeneral:Invalid arguments:interval"),
            ({"pair": "XBTUSD", "interval": "x"}, "EGeneral:Invalid arguments:interval"),
            ({"pair": "XBTUSD", "since": "today"}, "EGeneral:Invalid arguments:since"),
        ],
    )
    def test_refusals(self, kraken, query, error):
        assert kraken.ask("ohlc", **query) == {"error": [error]}


class TestDepth:
    def test_levels(self, kraken, view):
        book = kraken.result("depth", pair="XBTUSD", count=3)["XXBTZUSD"]
        assert [len(book[side]) for side in ("asks", "bids")] == [3, 3]
        asks, bids = ([float(row[0]) for row in book[side]] for side in ("asks", "bids"))
        assert asks == sorted(asks)
        assert bids == sorted(bids, reverse=True)
        assert bids[0] < view.price(view.listings["BTCUSD"], NOW) * 1.0005
        assert book["asks"][0][2] == SECONDS
        assert float(book["asks"][0][1]) >= 0.001

    def test_default_is_a_hundred(self, kraken):
        assert len(kraken.result("depth", pair="SOLUSDT")["SOLUSDT"]["asks"]) == 100

    @pytest.mark.parametrize("count", [0, 501, "many"])
    def test_count_out_of_range(self, kraken, count):
        answer = kraken.ask("depth", pair="XBTUSD", count=count)
        assert answer == {"error": ["EGeneral:Invalid arguments:count"]}


class TestTrades:
    def test_newest(self, kraken):
        answer = kraken.result("trades", pair="XBTUSD")
        rows = answer["XXBTZUSD"]
        assert len(rows) == 1_000
        assert rows[-1][2] == SECONDS
        assert [row[2] for row in rows] == sorted(row[2] for row in rows)
        assert {row[3] for row in rows} == {"b", "s"}
        assert answer["last"] == f"{SECONDS}000000000"

    @pytest.mark.parametrize("unit", [1, 10**9], ids=["seconds", "nanoseconds"])
    def test_since_gives_the_oldest_after_it(self, kraken, unit):
        since = (SECONDS - 600) * unit
        answer = kraken.result("trades", pair="XBTUSD", since=since, count=10)
        times = [row[2] for row in answer["XXBTZUSD"]]
        assert times[0] > SECONDS - 600
        assert len(times) == 10
        following = kraken.result("trades", pair="XBTUSD", since=answer["last"], count=1)
        assert following["XXBTZUSD"][0][2] > times[-1]

    def test_nothing_new(self, kraken):
        answer = kraken.result("trades", pair="XBTUSD", since=SECONDS + 5)
        assert answer["XXBTZUSD"] == []
        assert answer["last"] == str(NOW * 10**6)

    def test_count_out_of_range(self, kraken):
        answer = kraken.ask("trades", pair="XBTUSD", count=1_001)
        assert answer == {"error": ["EGeneral:Invalid arguments:count"]}


def test_before_the_market_began_the_service_is_unavailable(market):
    early = Kraken(market, NOW - 100 * DAY_MS)
    assert early.ask("ticker", pair="XBTUSD") == {"error": ["EService:Unavailable"]}
