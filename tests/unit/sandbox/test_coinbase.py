"""Coinbase's public endpoints, asked without a socket."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp.test_utils import make_mocked_request

from aurum_plugins.clock import DAY_MS, HOUR_MS, SECOND_MS, VirtualClock
from aurum_plugins.sandbox.coinbase import routes
from aurum_plugins.sandbox.coinbase.products import COINBASE
from aurum_plugins.sandbox.faults.active import ActiveFaults
from aurum_plugins.sandbox.faults.candles import NotANumber, Rows
from aurum_plugins.sandbox.instruments import DEFAULT_INSTRUMENTS
from aurum_plugins.sandbox.market import Market
from aurum_plugins.sandbox.market.synthetic import SyntheticTape
from aurum_plugins.sandbox.venue_view import VenueView

# Thursday 2025-06-05 12:34:56.789 UTC.
NOW = 1_749_126_896_789
SECONDS = NOW // SECOND_MS
TOO_MANY = "number of candles requested should be less than 350"


class Coinbase:
    """Asks the routes as aiohttp would."""

    def __init__(self, market: Market, now_ms: int = NOW) -> None:
        table = routes(market, VirtualClock(now_ms))
        self.routes = {route.kwargs["name"]: route for route in table}

    def ask(
        self, name: str, product_id: str = "", faults: ActiveFaults | None = None, **query: Any
    ) -> tuple[int, dict[str, Any]]:
        route = self.routes[f"coinbase.{name}"]
        request = make_mocked_request(
            "GET",
            f"{route.path}?{urlencode(query, doseq=True)}",
            match_info={"product_id": product_id} if product_id else {},
        )
        if faults is not None:
            request["faults"] = faults
        response = asyncio.run(route.handler(request))
        return response.status, json.loads(response.body)

    def result(
        self, name: str, product_id: str = "", faults: ActiveFaults | None = None, **query: Any
    ) -> dict[str, Any]:
        status, body = self.ask(name, product_id, faults, **query)
        assert status == 200, body
        return body


@pytest.fixture(scope="module")
def market() -> Market:
    tape = SyntheticTape(DEFAULT_INSTRUMENTS, seed=7, first_ms=NOW - 40 * DAY_MS)
    return Market(tape, DEFAULT_INSTRUMENTS, seed=7)


@pytest.fixture(scope="module")
def coinbase(market) -> Coinbase:
    return Coinbase(market)


@pytest.fixture(scope="module")
def view(market) -> VenueView:
    return VenueView.of(market, COINBASE)


class TestServer:
    def test_both_clocks(self, coinbase):
        assert coinbase.result("wallet_time") == {
            "data": {"iso": "2025-06-05T12:34:56Z", "epoch": SECONDS}
        }
        assert coinbase.result("time") == {
            "iso": "2025-06-05T12:34:56Z",
            "epochSeconds": str(SECONDS),
            "epochMillis": str(NOW),
        }

    def test_clock_is_skewed(self, coinbase):
        skewed = ActiveFaults(clock_skew_ms=5_000)
        assert coinbase.result("time", faults=skewed)["epochMillis"] == str(NOW + 5_000)

    def test_currencies(self, coinbase):
        assert [row["id"] for row in coinbase.result("currencies")["data"]] == ["USD"]
        rows = coinbase.result("crypto")["data"]
        assert [row["code"] for row in rows] == [
            "ADA", "BTC", "DOGE", "ETH", "LINK", "LTC", "SOL", "USDT", "XRP",
        ]  # fmt: skip
        assert len({row["asset_id"] for row in rows}) == len(rows)

    def test_exchange_rates(self, coinbase, view):
        data = coinbase.result("rates")["data"]
        assert data["currency"] == "USD"
        assert data["rates"]["USD"] == "1"
        price = view.price(view.listings["BTCUSD"], NOW)
        assert float(data["rates"]["BTC"]) == pytest.approx(1 / price)
        assert float(data["rates"]["USDT"]) == pytest.approx(1.0, abs=6e-4)

    def test_exchange_rates_of_another_currency(self, coinbase, view):
        rates = coinbase.result("rates", currency="BTC")["data"]["rates"]
        assert float(rates["USD"]) == pytest.approx(view.price(view.listings["BTCUSD"], NOW))

    def test_unknown_currency(self, coinbase):
        status, body = coinbase.ask("rates", currency="NOPE")
        assert (status, body["message"]) == (400, "Currency NOPE is invalid")


class TestProducts:
    def test_all_of_them(self, coinbase):
        answer = coinbase.result("products")
        ids = {row["product_id"] for row in answer["products"]}
        assert {"BTC-USD", "BTC-USDT", "USDT-USD", "DOGE-USD"} <= ids
        assert not any(name.startswith("BNB") for name in ids)
        assert answer["num_products"] == len(ids) == 17

    def test_some_of_them(self, coinbase):
        answer = coinbase.result("products", product_ids=["ETH-USD", "NOPE-USD", "BTC-USD"])
        assert [row["product_id"] for row in answer["products"]] == ["ETH-USD", "BTC-USD"]

    def test_a_page_of_them(self, coinbase):
        everything = coinbase.result("products")["products"]
        assert coinbase.result("products", limit=3, offset=2)["products"] == everything[2:5]

    def test_there_are_no_futures(self, coinbase):
        answer = coinbase.result("products", product_type="FUTURE")
        assert answer == {"products": [], "num_products": 0}

    def test_figures(self, coinbase, view):
        row = coinbase.result("product", "BTC-USD")
        listing = view.listings["BTCUSD"]
        price = view.price(listing, NOW)
        assert float(row["price"]) == price
        day = view.summary(listing, NOW - DAY_MS, now_ms=NOW)
        change = (price / day.open - 1) * 100
        assert float(row["price_percentage_change_24h"]) == pytest.approx(change, abs=1e-7)
        assert float(row["volume_24h"]) == pytest.approx(day.volume)
        assert float(row["low_24h"]) <= price <= float(row["high_24h"])
        assert row["price_increment"] == "0.01"
        assert (row["base_name"], row["quote_name"]) == ("Bitcoin", "US Dollar")
        assert row["status"] == "online"

    def test_change_is_zero_where_there_was_nothing(self, market):
        first = Coinbase(market, market.tape.first_ms)
        row = first.result("product", "BTC-USD")
        assert row["volume_percentage_change_24h"] == "0"

    @pytest.mark.parametrize("name", ["product", "candles", "trades"])
    def test_unknown_product(self, coinbase, name):
        status, body = coinbase.ask(name, "NOPE-USD")
        assert status == 404
        assert body["error"] == "NOT_FOUND"
        assert body["message"] == "Product NOPE-USD not supported"

    def test_unknown_product_of_a_book(self, coinbase):
        assert coinbase.ask("book", product_id="BNB-USD")[0] == 404
        assert coinbase.ask("book")[0] == 404


class TestBook:
    def test_levels(self, coinbase, view):
        answer = coinbase.result("book", product_id="BTC-USDT", limit=4)
        bids, asks = (answer["pricebook"][side] for side in ("bids", "asks"))
        assert (len(bids), len(asks)) == (4, 4)
        assert [float(r["price"]) for r in asks] == sorted(float(r["price"]) for r in asks)
        assert answer["pricebook"]["time"] == "2025-06-05T12:34:56.000000Z"
        best_bid, best_ask = float(bids[0]["price"]), float(asks[0]["price"])
        assert float(answer["spread_absolute"]) == pytest.approx(best_ask - best_bid)
        assert float(answer["mid_market"]) == pytest.approx((best_ask + best_bid) / 2)
        assert float(answer["spread_bps"]) == pytest.approx(
            (best_ask - best_bid) / float(answer["mid_market"]) * 1e4, abs=1e-6
        )
        assert float(answer["last"]) == view.price(view.listings["BTCUSDT"], NOW)

    @pytest.mark.parametrize("query", [{}, {"limit": 5_000}, {"limit": 0}])
    def test_has_a_thousand_levels_at_most(self, coinbase, query):
        answer = coinbase.result("book", product_id="BTC-USD", **query)
        assert len(answer["pricebook"]["asks"]) == 1_000

    def test_limit_is_a_number(self, coinbase):
        status, body = coinbase.ask("book", product_id="BTC-USD", limit="-1")
        assert (status, body["error"]) == (400, "INVALID_ARGUMENT")
        assert body["message"] == "limit argument is invalid"


class TestCandles:
    @pytest.mark.parametrize(
        ("granularity", "minutes"),
        [
            ("ONE_MINUTE", 1),
            ("FIVE_MINUTE", 5),
            ("FIFTEEN_MINUTE", 15),
            ("THIRTY_MINUTE", 30),
            ("ONE_HOUR", 60),
            ("TWO_HOUR", 120),
            ("SIX_HOUR", 360),
            ("ONE_DAY", 1_440),
        ],
    )
    def test_every_granularity_newest_first(self, coinbase, granularity, minutes):
        step = minutes * 60
        start = SECONDS - 10 * step
        answer = coinbase.result(
            "candles", "BTC-USD", granularity=granularity, start=start, end=SECONDS
        )
        starts = [int(row["start"]) for row in answer["candles"]]
        newest = SECONDS // step * step
        assert starts == [newest - i * step for i in range(10)]

    def test_rows(self, coinbase, view):
        begin = NOW // HOUR_MS * HOUR_MS - HOUR_MS
        answer = coinbase.result(
            "candles",
            "BTC-USD",
            granularity="ONE_HOUR",
            start=begin // SECOND_MS,
            end=begin // SECOND_MS,
        )
        candle = view.candles(view.listings["BTCUSD"], HOUR_MS, begin, begin + 1, now_ms=NOW)
        (row,) = answer["candles"]
        assert row["start"] == str(begin // SECOND_MS)
        for name in ("open", "high", "low", "close"):
            assert float(row[name]) == getattr(candle, name)[0]
        assert float(row["volume"]) == pytest.approx(candle.volume[0], abs=1e-8)

    def test_limit(self, coinbase):
        query = {"granularity": "ONE_MINUTE", "start": SECONDS - 3_600, "end": SECONDS}
        everything = coinbase.result("candles", "BTC-USD", **query)["candles"]
        assert coinbase.result("candles", "BTC-USD", limit=2, **query)["candles"] == everything[:2]

    def test_stale_and_spoilt(self, coinbase):
        query = {"granularity": "ONE_HOUR", "start": SECONDS - 7_200, "end": SECONDS}
        stale = coinbase.result("candles", "BTC-USD", ActiveFaults(now_shift_ms=-HOUR_MS), **query)
        assert int(stale["candles"][0]["start"]) == SECONDS // 3_600 * 3_600 - 3_600
        fault = ActiveFaults(candle_faults=(NotANumber(Rows(newest=1)),))
        spoilt = coinbase.result("candles", "BTC-USD", fault, **query)
        assert spoilt["candles"][0]["close"] == "NaN"
        assert spoilt["candles"][1]["close"] != "NaN"

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ({"granularity": "ONE_YEAR"}, "granularity argument is invalid"),
            ({}, "granularity argument is invalid"),
            ({"granularity": "ONE_HOUR", "end": 5}, "start argument is invalid"),
            ({"granularity": "ONE_HOUR", "start": 5}, "end argument is invalid"),
            ({"granularity": "ONE_HOUR", "start": "x", "end": 5}, "start argument is invalid"),
            (
                {"granularity": "ONE_HOUR", "start": 0, "end": "9" * 5_000},
                "end argument is invalid",
            ),
            (
                {"granularity": "ONE_HOUR", "start": 7, "end": 5},
                "start and end argument is invalid - start must be before end",
            ),
            (
                {"granularity": "ONE_MINUTE", "start": 0, "end": 351 * 60},
                f"start and end argument is invalid - {TOO_MANY}",
            ),
        ],
    )
    def test_refusals(self, coinbase, query, message):
        status, body = coinbase.ask("candles", "BTC-USD", **query)
        assert status == 400
        assert body == {
            "error": "INVALID_ARGUMENT",
            "error_details": message,
            "message": message,
        }


class TestTrades:
    def test_newest_first(self, coinbase, view):
        answer = coinbase.result("trades", "BTC-USD", limit=3)
        rows = answer["trades"]
        assert [row["trade_id"] for row in rows] == [str(SECONDS - i) for i in range(3)]
        assert rows[0]["time"] == "2025-06-05T12:34:56.000000Z"
        assert float(rows[0]["price"]) == view.price(view.listings["BTCUSD"], NOW)
        assert float(answer["best_bid"]) < float(answer["best_ask"])
        assert {row["side"] for row in rows} <= {"BUY", "SELL"}

    def test_a_hundred_at_most(self, coinbase):
        assert len(coinbase.result("trades", "BTC-USD", limit=1_000)["trades"]) == 100

    def test_within_a_window(self, coinbase):
        answer = coinbase.result(
            "trades", "BTC-USD", limit=50, start=SECONDS - 20, end=SECONDS - 10
        )
        ids = [int(row["trade_id"]) for row in answer["trades"]]
        assert max(ids) == SECONDS - 10
        assert min(ids) == SECONDS - 20

    def test_a_lying_venue(self, coinbase):
        honest = coinbase.result("trades", "BTC-USD", limit=1)
        lying = coinbase.result("trades", "BTC-USD", ActiveFaults(price_factor=0.9), limit=1)
        assert float(lying["best_bid"]) == pytest.approx(float(honest["best_bid"]) * 0.9, rel=1e-6)
        assert float(lying["trades"][0]["price"]) == pytest.approx(
            float(honest["trades"][0]["price"]) * 0.9, abs=0.01
        )


def test_before_the_market_began_there_is_no_data(market):
    status, body = Coinbase(market, NOW - 100 * DAY_MS).ask("product", "BTC-USD")
    assert (status, body["message"]) == (503, "No market data yet")
