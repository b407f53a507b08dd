"""Real clients against the simulated exchange, over loopback."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import ccxt
import ccxt.async_support
import pytest
from binance.client import Client
from binance.exceptions import BinanceAPIException

from aurum_plugins.sandbox.config import AccountConfig, SandboxConfig
from aurum_plugins.sandbox.instruments import DEFAULT_INSTRUMENTS
from aurum_plugins.sandbox.market import INTERVAL_MS
from aurum_plugins.sandbox.server import SandboxServer

FUNDS = {"USDT": Decimal(1_000_000), "BTC": Decimal(5)}
SECRET = "a-secret"
KEYS = ("key-of-ccxt", "key-of-async-ccxt", "key-of-python-binance", "key-of-nobody")
FRUGAL_WEIGHT = 40


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    accounts = tuple(AccountConfig(api_key=key, secret=SECRET, balances=FUNDS) for key in KEYS)
    config = SandboxConfig(port=0, accounts=accounts, history_days=40, request_weight=None)
    with SandboxServer(config) as running:
        yield running


def settings(url: str, key: str, secret: str = SECRET) -> dict[str, Any]:
    """How freqtrade is pointed at the sandbox: by configuration alone."""
    api = {"public": f"{url}/api/v3", "private": f"{url}/api/v3", "sapi": f"{url}/sapi/v1"}
    return {
        "apiKey": key,
        "secret": secret,
        "urls": {"api": api},
        "enableRateLimit": False,
        "options": {
            "fetchMarkets": {"types": ["spot"]},
            "fetchOpenOrders": {"warnWithoutSymbol": False},
            "warnOnFetchOpenOrdersWithoutSymbol": False,
        },
    }


@pytest.fixture(scope="module")
def exchange(server: SandboxServer) -> ccxt.binance:
    client = ccxt.binance(settings(server.url, "key-of-ccxt"))
    client.load_markets()
    return client


@pytest.fixture(scope="module")
def binance(server: SandboxServer) -> Iterator[Client]:
    client = Client("key-of-python-binance", SECRET, ping=False)
    client.API_URL = f"{server.url}/api"
    client.MARGIN_API_URL = f"{server.url}/sapi"
    yield client
    client.close_connection()


class TestCcxt:
    def test_markets(self, exchange: ccxt.binance) -> None:
        assert sorted(exchange.markets) == sorted(i.pair for i in DEFAULT_INSTRUMENTS)
        bitcoin = exchange.market("BTC/USDT")
        assert bitcoin["active"]
        assert bitcoin["spot"]
        assert bitcoin["precision"]["price"] == 0.01
        assert bitcoin["precision"]["amount"] == 0.00001
        assert bitcoin["limits"]["cost"]["min"] == 5

    def test_time_and_status(self, exchange: ccxt.binance) -> None:
        assert abs(exchange.fetch_time() - time.time() * 1000) < 5_000
        assert exchange.fetch_status()["status"] == "ok"

    def test_tickers(self, exchange: ccxt.binance) -> None:
        one = exchange.fetch_ticker("BTC/USDT")
        assert one["low"] <= one["last"] <= one["high"]
        assert one["bid"] < one["ask"]
        assert set(exchange.fetch_tickers()) == set(exchange.markets)
        assert set(exchange.fetch_tickers(["ETH/USDT"])) == {"ETH/USDT"}
        assert exchange.fetch_bids_asks(["ETH/USDT"])["ETH/USDT"]["bid"] > 0
        assert exchange.fetch_last_prices(["ETH/USDT"])["ETH/USDT"]["price"] > 0

    def test_order_book(self, exchange: ccxt.binance) -> None:
        book = exchange.fetch_order_book("BTC/USDT", 500)
        assert len(book["bids"]) == len(book["asks"]) == 500
        assert book["bids"][0][0] < book["asks"][0][0]
        bids = [price for price, _ in book["bids"]]
        assert bids == sorted(set(bids), reverse=True)

    @pytest.mark.parametrize("timeframe", [t for t in INTERVAL_MS if t != "1s"])
    def test_candles(self, exchange: ccxt.binance, timeframe: str) -> None:
        rows = exchange.fetch_ohlcv("BTC/USDT", timeframe, limit=50)
        assert rows
        assert all(low <= min(o, c) <= max(o, c) <= high for _, o, high, low, c, _ in rows)
        assert rows[-1][0] <= exchange.milliseconds()

    def test_candles_by_page_are_the_candles_at_once(self, exchange: ccxt.binance) -> None:
        until = exchange.milliseconds() // 60_000 * 60_000
        since = until - 300 * 60_000
        at_once = exchange.fetch_ohlcv("ETH/USDT", "1m", since, 300)
        paged = [
            row
            for page in range(3)
            for row in exchange.fetch_ohlcv("ETH/USDT", "1m", since + page * 6_000_000, 100)
        ]
        assert paged == at_once
        assert len(at_once) == 300

    def test_trades(self, exchange: ccxt.binance) -> None:
        newest = exchange.fetch_trades("BTC/USDT", limit=20)
        assert len(newest) == 20
        walked = exchange.fetch_trades("BTC/USDT", params={"fromId": newest[5]["id"]}, limit=5)
        assert [t["id"] for t in walked] == [t["id"] for t in newest[5:10]]

    def test_account(self, exchange: ccxt.binance) -> None:
        assert "BTC" in exchange.fetch_currencies()
        assert exchange.fetch_trading_fee("BTC/USDT")["taker"] == 0.001
        assert set(exchange.fetch_trading_fees()) == set(exchange.markets)
        balance = exchange.fetch_balance()
        assert balance["USDT"]["total"] > 900_000
        assert exchange.sapi_get_spot_delist_schedule() == []

    def test_market_order(self, exchange: ccxt.binance) -> None:
        before = exchange.fetch_balance()["BTC"]["total"]
        order = exchange.create_order("BTC/USDT", "market", "buy", 0.01)
        assert (order["status"], order["filled"]) == ("closed", 0.01)
        assert order["fee"]["currency"] == "BTC"
        assert order["fee"]["cost"] == pytest.approx(0.00001)
        after = exchange.fetch_balance()["BTC"]["total"]
        assert after - before == pytest.approx(0.00999)
        assert exchange.fetch_order(order["id"], "BTC/USDT")["cost"] == order["cost"]
        fills = exchange.fetch_my_trades("BTC/USDT", params={"orderId": order["id"]})
        assert sum(fill["amount"] for fill in fills) == pytest.approx(0.01)

    def test_limit_order_rests_until_canceled(self, exchange: ccxt.binance) -> None:
        price = exchange.fetch_ticker("BTC/USDT")["last"] * 0.5
        order = exchange.create_order("BTC/USDT", "limit", "buy", 0.1, price)
        assert order["status"] == "open"
        assert exchange.fetch_balance()["USDT"]["used"] == pytest.approx(order["price"] * 0.1)
        assert [o["id"] for o in exchange.fetch_open_orders("BTC/USDT")] == [order["id"]]
        assert [o["id"] for o in exchange.fetch_open_orders()] == [order["id"]]
        assert exchange.cancel_order(order["id"], "BTC/USDT")["status"] == "canceled"
        assert exchange.fetch_balance()["USDT"]["used"] == 0
        assert exchange.fetch_order(order["id"], "BTC/USDT")["status"] == "canceled"
        assert order["id"] in [o["id"] for o in exchange.fetch_orders("BTC/USDT")]
        with pytest.raises(ccxt.OrderNotFound, match="-2011"):
            exchange.cancel_order(order["id"], "BTC/USDT")

    def test_stop_orders(self, exchange: ccxt.binance) -> None:
        last = exchange.fetch_ticker("BTC/USDT")["last"]
        stop = exchange.create_order(
            *("BTC/USDT", "stop_loss_limit", "sell", 0.1, last * 0.8),
            {"stopPrice": last * 0.85},
        )
        found = exchange.fetch_order(stop["id"], "BTC/USDT")
        assert (found["status"], found["stopPrice"]) == ("open", pytest.approx(last * 0.85, abs=1))
        exchange.cancel_all_orders("BTC/USDT")

    def test_post_only_and_time_in_force(self, exchange: ccxt.binance) -> None:
        last = exchange.fetch_ticker("BTC/USDT")["last"]
        with pytest.raises(ccxt.OrderImmediatelyFillable):
            exchange.create_order(
                *("BTC/USDT", "limit", "buy", 0.1, last * 1.1), {"postOnly": True}
            )
        for force in ("IOC", "FOK"):
            order = exchange.create_order(
                *("BTC/USDT", "limit", "buy", 0.1, last * 0.9), {"timeInForce": force}
            )
            assert order["status"] == "expired"

    def test_errors(self, server: SandboxServer, exchange: ccxt.binance) -> None:
        with pytest.raises(ccxt.InsufficientFunds, match="insufficient balance"):
            exchange.create_order("BTC/USDT", "market", "sell", 100)
        with pytest.raises(ccxt.BadRequest, match=r"-1013.*Filter failure: NOTIONAL"):
            exchange.create_order("BTC/USDT", "market", "buy", 0.00001)
        with pytest.raises(ccxt.OrderNotFound, match="-2013"):
            exchange.fetch_order("999999", "BTC/USDT")
        with pytest.raises(ccxt.BadSymbol, match="-1121"):
            exchange.public_get_klines({"symbol": "NOPEUSDT", "interval": "1m"})
        forger = ccxt.binance(settings(server.url, "key-of-ccxt", "another-secret"))
        with pytest.raises(ccxt.AuthenticationError, match="-1022"):
            forger.private_get_account()
        stranger = ccxt.binance(settings(server.url, "key-of-a-stranger"))
        with pytest.raises(ccxt.AuthenticationError, match="-2015"):
            stranger.private_get_account()
        late = ccxt.binance(settings(server.url, "key-of-ccxt"))
        late.options["timeDifference"] = 60_000
        with pytest.raises(ccxt.InvalidNonce, match="-1021"):
            late.private_get_account()


def arm(server: SandboxServer, **rule: object) -> None:
    plan = json.dumps({"seed": 1, "rules": [rule]}).encode()
    url = f"{server.url}/sandbox/faults"
    request = urllib.request.Request(url, plan, method="PUT")  # noqa: S310
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request) as reply:  # noqa: S310
        assert reply.status == 200


@pytest.fixture
def spoilt(server: SandboxServer, exchange: ccxt.binance) -> Iterator[SandboxServer]:
    exchange.load_markets()
    yield server
    url = f"{server.url}/sandbox/faults"
    urllib.request.urlopen(urllib.request.Request(url, method="DELETE")).close()  # noqa: S310


class TestFaults:
    def test_order_whose_answer_was_lost_is_found_by_its_name(
        self, spoilt: SandboxServer, exchange: ccxt.binance
    ) -> None:
        arm(spoilt, kind="reset_after", route="binance.order.new", count=1)
        named = {"newClientOrderId": "lost-answer"}
        with pytest.raises(ccxt.NetworkError):
            exchange.create_order("BTC/USDT", "market", "buy", 0.01, params=named)
        asked = {"origClientOrderId": "lost-answer"}
        found = exchange.fetch_order("", "BTC/USDT", asked)
        assert (found["status"], found["filled"]) == ("closed", 0.01)

    def test_partial_fill(self, spoilt: SandboxServer, exchange: ccxt.binance) -> None:
        arm(spoilt, kind="partial_fill", route="binance.order.new", liquidity=0.001)
        last = exchange.fetch_ticker("BTC/USDT")["last"]
        order = exchange.create_order("BTC/USDT", "limit", "buy", 5, last * 1.01)
        assert order["status"] == "open"
        assert 0 < order["filled"] < 5
        exchange.cancel_all_orders("BTC/USDT")

    def test_skewed_clock_and_rejection(
        self, spoilt: SandboxServer, exchange: ccxt.binance
    ) -> None:
        arm(spoilt, kind="clock_skew", skew_ms=30_000)
        assert exchange.fetch_time() > time.time() * 1000 + 20_000
        with pytest.raises(ccxt.InvalidNonce, match="-1021"):
            exchange.fetch_balance()
        arm(spoilt, kind="reject_order")
        with pytest.raises(ccxt.InvalidOrder, match="-2010"):
            exchange.create_order("BTC/USDT", "market", "buy", 0.01)

    def test_nan_candles_reach_the_client(
        self, spoilt: SandboxServer, exchange: ccxt.binance
    ) -> None:
        arm(spoilt, kind="nan_candles", newest=3)
        rows = exchange.public_get_klines({"symbol": "BTCUSDT", "interval": "1m"})
        assert "NaN" in {value for row in rows for value in row}


def test_async_ccxt(server: SandboxServer) -> None:
    async def trade() -> None:
        client = ccxt.async_support.binance(settings(server.url, "key-of-async-ccxt"))
        try:
            await client.load_markets()
            pairs = list(client.markets)
            candles = await asyncio.gather(*(client.fetch_ohlcv(p, "1m", limit=99) for p in pairs))
            assert all(len(rows) == 99 for rows in candles)
            order = await client.create_order("ETH/USDT", "market", "buy", 0.5)
            assert order["status"] == "closed"
            balance = await client.fetch_balance()
            assert balance["ETH"]["free"] == pytest.approx(0.4995)
        finally:
            await client.close()

    asyncio.run(trade())


class TestPythonBinance:
    def test_general(self, binance: Client) -> None:
        assert binance.ping() == {}
        assert abs(binance.get_server_time()["serverTime"] - time.time() * 1000) < 5_000
        assert len(binance.get_exchange_info()["symbols"]) == len(DEFAULT_INSTRUMENTS)
        assert binance.get_symbol_info("BTCUSDT")["baseAsset"] == "BTC"
        assert binance.get_symbol_info("NOPE") is None
        assert binance.get_system_status()["status"] == 0

    def test_market_data(self, binance: Client) -> None:
        symbol = "BTCUSDT"
        assert len(binance.get_all_tickers()) == len(DEFAULT_INSTRUMENTS)
        assert len(binance.get_orderbook_tickers()) == len(DEFAULT_INSTRUMENTS)
        assert len(binance.get_order_book(symbol=symbol)["bids"]) == 100
        assert len(binance.get_recent_trades(symbol=symbol)) == 500
        assert len(binance.get_historical_trades(symbol=symbol, limit=7)) == 7
        assert len(binance.get_aggregate_trades(symbol=symbol, limit=7)) == 7
        assert len(binance.get_klines(symbol=symbol, interval="1h", limit=7)) == 7
        assert len(binance.get_ui_klines(symbol=symbol, interval="1h", limit=7)) == 7
        assert float(binance.get_avg_price(symbol=symbol)["price"]) > 0
        assert binance.get_ticker(symbol=symbol)["symbol"] == symbol
        assert binance.get_symbol_ticker(symbol=symbol)["symbol"] == symbol
        assert binance.get_symbol_ticker_window(symbol=symbol)["symbol"] == symbol
        assert binance.get_orderbook_ticker(symbol=symbol)["symbol"] == symbol

    def test_history(self, binance: Client) -> None:
        since = int(time.time() * 1000) - 1_500 * 60_000
        rows = binance.get_historical_klines("BTCUSDT", "1m", since)
        opens = [row[0] for row in rows]
        assert len(rows) in {1_500, 1_501}
        assert [b - a for a, b in pairwise(opens)] == [60_000] * (len(rows) - 1)
        trades = binance.aggregate_trade_iter("BTCUSDT", last_id=opens[-5] // 1_000)
        assert next(trades)["a"] > opens[-5] // 1_000

    def test_trading(self, binance: Client) -> None:
        free = Decimal(binance.get_asset_balance("BTC")["free"])
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.02"}
        assert binance.create_test_order(**order) == {}
        bought = binance.create_order(**order)
        assert bought["status"] == "FILLED"
        paid = sum(Decimal(fill["commission"]) for fill in bought["fills"])
        assert paid == Decimal("0.00002")
        assert Decimal(binance.get_asset_balance("BTC")["free"]) == free + Decimal("0.01998")
        spent = binance.order_market_buy(symbol="BTCUSDT", quoteOrderQty="250")
        assert 245 < Decimal(spent["cummulativeQuoteQty"]) <= 250

        price = str(int(Decimal(bought["fills"][0]["price"]) // 2))
        resting = binance.order_limit_buy(symbol="BTCUSDT", quantity="0.01", price=price)
        assert resting["status"] == "NEW"
        assert [o["orderId"] for o in binance.get_open_orders(symbol="BTCUSDT")] == [
            resting["orderId"]
        ]
        known = {"symbol": "BTCUSDT", "origClientOrderId": resting["clientOrderId"]}
        assert binance.get_order(**known)["status"] == "NEW"
        assert binance.cancel_order(**known)["status"] == "CANCELED"
        assert len(binance.get_all_orders(symbol="BTCUSDT")) == 3
        mine = binance.get_my_trades(symbol="BTCUSDT")
        assert {fill["orderId"] for fill in mine} == {bought["orderId"], spent["orderId"]}
        assert [row["count"] for row in binance.get_current_order_count()][1] == 3

    def test_account(self, binance: Client) -> None:
        assert binance.get_account()["accountType"] == "SPOT"
        assert binance.get_account_status()["data"] == "Normal"
        assert binance.get_account_api_trading_status()["data"]["isLocked"] is False
        assert binance.get_account_api_permissions()["enableReading"] is True
        assert binance.get_trade_fee(symbol="BTCUSDT")[0]["takerCommission"] == "0.001"
        assert {row["coin"] for row in binance.get_all_coins_info()} >= {"BTC", "USDT"}
        assert {row["asset"] for row in binance.get_user_asset()} >= {"USDT"}

    @pytest.mark.parametrize(
        ("order", "code", "message"),
        [
            ({"symbol": "NOPE"}, -1121, "Invalid symbol."),
            ({"quantity": "0.00001"}, -1013, "Filter failure: NOTIONAL"),
            (
                {"side": "SELL", "quantity": "1000"},
                -2010,
                "Account has insufficient balance for requested action.",
            ),
        ],
    )
    def test_refused_orders(
        self, binance: Client, order: dict[str, str], code: int, message: str
    ) -> None:
        sent = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "1", **order}
        with pytest.raises(BinanceAPIException) as caught:
            binance.create_order(**sent)
        assert (caught.value.status_code, caught.value.code) == (400, code)
        assert caught.value.message == message

    def test_wrong_secret_and_stale_timestamp(self, binance: Client) -> None:
        binance.API_SECRET = "another-secret"
        with pytest.raises(BinanceAPIException) as caught:
            binance.get_account()
        assert (caught.value.status_code, caught.value.code) == (400, -1022)
        binance.API_SECRET = SECRET
        binance.timestamp_offset = -60_000
        with pytest.raises(BinanceAPIException) as caught:
            binance.get_account()
        assert (caught.value.status_code, caught.value.code) == (400, -1021)
        binance.timestamp_offset = 0


class TestWire:
    """Codes and statuses, byte for byte, without a client in between."""

    def ask(
        self, url: str, method: str = "GET", key: str | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        request = urllib.request.Request(url, method=method)  # noqa: S310
        if key is not None:
            request.add_header("X-MBX-APIKEY", key)
        try:
            with urllib.request.urlopen(request) as reply:  # noqa: S310
                return reply.status, json.load(reply), dict(reply.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error), dict(error.headers)

    def signed(self, **parameters: object) -> str:
        query = urlencode({"timestamp": int(time.time() * 1000), **parameters})
        digest = hmac.new(SECRET.encode(), query.encode(), hashlib.sha256).hexdigest()
        return f"{query}&signature={digest}"

    @pytest.mark.parametrize(
        ("key", "status", "code"),
        [(None, 401, -2014), ("key-of-a-stranger", 401, -2015), ("key-of-nobody", 200, None)],
    )
    def test_keys(self, server: SandboxServer, key: str | None, status: int, code: int) -> None:
        answer = self.ask(f"{server.url}/api/v3/account?{self.signed()}", key=key)
        assert (answer[0], answer[1].get("code")) == (status, code)

    def test_ahead_of_the_server(self, server: SandboxServer) -> None:
        query = self.signed(timestamp=int(time.time() * 1000) + 5_000)
        status, answer, _ = self.ask(f"{server.url}/api/v3/account?{query}", key="key-of-nobody")
        assert (status, answer) == (
            400,
            {
                "code": -1021,
                "msg": "Timestamp for this request was 1000ms ahead of the server's time.",
            },
        )

    def test_resent_order_is_taken_once(self, server: SandboxServer) -> None:
        order = {
            "symbol": "BTCUSDT",
            "side": "BUY",
            "type": "LIMIT",
            "timeInForce": "GTC",
            "quantity": "0.01",
            "price": "30000",
            "newClientOrderId": "once",
        }
        url = f"{server.url}/api/v3/order?{self.signed(**order)}"
        assert self.ask(url, "POST", "key-of-nobody")[0] == 200
        assert self.ask(url, "POST", "key-of-nobody")[:2] == (
            400,
            {"code": -2010, "msg": "Duplicate order sent."},
        )

    def test_unknown_path(self, server: SandboxServer) -> None:
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{server.url}/api/v3/nothing")  # noqa: S310
        assert caught.value.code == 404
        caught.value.close()


def test_too_many_requests() -> None:
    config = SandboxConfig(port=0, history_days=2, request_weight=FRUGAL_WEIGHT)
    wire = TestWire()
    with SandboxServer(config) as server:
        url = f"{server.url}/api/v3/exchangeInfo"
        answers = [wire.ask(url) for _ in range(15)]
    statuses = [status for status, _, _ in answers]
    # A minute may turn in between: at most two allowances, then refusals, then a ban.
    assert statuses[:2] == [200, 200]
    assert set(statuses) <= {200, 418, 429}
    limited = next(answer for answer in answers if answer[0] == 429)
    assert limited[1]["code"] == -1003
    assert 1 <= int(limited[2]["Retry-After"]) <= 60


def test_ccxt_knows_the_limit_when_it_meets_it() -> None:
    config = SandboxConfig(port=0, history_days=2, request_weight=1)
    with SandboxServer(config) as server:
        client = ccxt.binance(settings(server.url, ""))
        with pytest.raises(ccxt.DDoSProtection, match=r"429.*-1003"):
            client.load_markets()
