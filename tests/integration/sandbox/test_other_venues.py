"""ccxt's own Coinbase and Kraken clients, against the simulated venues on loopback."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import ccxt
import ccxt.async_support
import numpy as np
import pytest
from aiohttp import web

from aurum_plugins.clock import DAY_MS, HOUR_MS, SECOND_MS, VirtualClock
from aurum_plugins.sandbox import coinbase, kraken
from aurum_plugins.sandbox.faults import ActiveFaults
from aurum_plugins.sandbox.instruments import DEFAULT_INSTRUMENTS
from aurum_plugins.sandbox.market import Market
from aurum_plugins.sandbox.market.synthetic import SyntheticTape

NOW = 1_749_126_896_789
VENUES = ("coinbase", "kraken")
# Basis (3 bps), dollar rate (5 bps) and a tick.
NEAR = 1e-3


@dataclass
class Loopback:
    """A running server and what it shows."""

    market: Market
    url: str
    faults: ActiveFaults = field(default_factory=ActiveFaults)

    def options(self, venue: str) -> dict[str, Any]:
        api = {"coinbase": {"rest": self.url}, "kraken": {"public": self.url}}
        return {"urls": {"api": api[venue]}, "enableRateLimit": False, "timeout": 20_000}

    def client(self, venue: str) -> Any:
        client = getattr(ccxt, venue)(self.options(venue))
        # ccxt's Coinbase asks for candles up to its own clock's time.
        client.seconds = lambda: NOW // SECOND_MS
        return client


@pytest.fixture(scope="module")
def running() -> Iterator[Loopback]:
    tape = SyntheticTape(DEFAULT_INSTRUMENTS, seed=7, first_ms=NOW - 30 * DAY_MS)
    market = Market(tape, DEFAULT_INSTRUMENTS, seed=7)
    server = Loopback(market, "")
    loop = asyncio.new_event_loop()

    @web.middleware
    async def spoil(request: web.Request, handler: Any) -> web.StreamResponse:
        request["faults"] = server.faults
        return await handler(request)

    async def start() -> web.AppRunner:
        app = web.Application(middlewares=[spoil])
        clock = VirtualClock(NOW)
        app.add_routes([*coinbase.routes(market, clock), *kraken.routes(market, clock)])
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    runner = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield server
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture(scope="module", params=VENUES)
def client(request, running) -> Any:
    client = running.client(request.param)
    client.load_markets()
    return client


def test_markets_are_those_of_the_underlying_exchange(client):
    listed = {symbol for symbol, market in client.markets.items() if market["active"]}
    bases = {"BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "LINK", "LTC"}
    assert listed == {f"{b}/{q}" for b in bases for q in ("USD", "USDT")} | {"USDT/USD"}
    assert all(market["spot"] for market in client.markets.values())
    assert client.markets["BTC/USD"]["precision"]["price"] in {0.1, 0.01}
    assert set(client.currencies) >= bases | {"USD", "USDT"}


def test_time(client):
    assert client.fetch_time() == NOW // SECOND_MS * SECOND_MS


@pytest.mark.parametrize("symbol", ["BTC/USDT", "BTC/USD", "DOGE/USDT", "LINK/USD"])
def test_ticker_is_near_the_underlying_price(client, running, symbol):
    ticker = client.fetch_ticker(symbol)
    under = running.market.last_price(f"{symbol.split('/')[0]}USDT", NOW)
    assert ticker["last"] == pytest.approx(under, rel=NEAR)
    assert ticker["bid"] < ticker["ask"]
    assert ticker["bid"] == pytest.approx(under, rel=2 * NEAR)


def test_dollars_can_be_converted(client):
    tickers = client.fetch_tickers(["BTC/USD", "BTC/USDT", "USDT/USD"])
    rate = tickers["USDT/USD"]["last"]
    assert rate == pytest.approx(1.0, abs=6e-4)
    assert tickers["BTC/USD"]["last"] / tickers["BTC/USDT"]["last"] == pytest.approx(rate, abs=3e-5)


def test_tickers_of_everything(client):
    tickers = client.fetch_tickers()
    assert set(tickers) == set(client.markets)
    assert all(row["last"] > 0 and row["baseVolume"] > 0 for row in tickers.values())


def test_order_book(client, running):
    book = client.fetch_order_book("BTC/USDT", 10)
    assert (len(book["bids"]), len(book["asks"])) == (10, 10)
    assert book["bids"][0][0] < book["asks"][0][0]
    under = running.market.book("BTCUSDT", NOW).bids.ticks[0] * 0.01
    assert book["bids"][0][0] == pytest.approx(under, rel=2 * NEAR)


@pytest.mark.parametrize("venue", VENUES)
def test_candles_of_every_timeframe(running, venue):
    client = running.client(venue)
    client.load_markets()
    for timeframe in client.timeframes:
        rows = client.fetch_ohlcv("ETH/USDT", timeframe)
        times = [row[0] for row in rows]
        assert times == sorted(set(times)), timeframe
        assert times[-1] <= NOW < times[-1] + client.parse_timeframe(timeframe) * SECOND_MS * 1.08
        assert rows[-1][4] == client.fetch_ticker("ETH/USDT")["last"], timeframe


def test_candles_are_near_the_underlying_ones(client, running):
    rows = np.array(client.fetch_ohlcv("BTC/USDT", "1h", since=NOW - DAY_MS, limit=24))
    under = running.market.candles(
        "BTCUSDT", "1h", now_ms=NOW, start_ms=int(rows[0, 0]), limit=len(rows)
    )
    assert len(rows) >= 23
    np.testing.assert_array_equal(rows[:, 0], under.open_ms)
    for column, expected in zip(rows.T[1:5], under.columns[1:5]):
        np.testing.assert_allclose(column, expected, rtol=NEAR)


def test_trades(client):
    trades = client.fetch_trades("BTC/USD", limit=20)
    assert len(trades) == 20
    assert trades[-1]["timestamp"] == NOW // SECOND_MS * SECOND_MS
    assert {trade["side"] for trade in trades} <= {"buy", "sell"}
    assert all(trade["id"] for trade in trades)


@pytest.mark.parametrize("symbol", ["BNB/USDT", "NOPE/USD"])
def test_unknown_symbol(client, symbol):
    with pytest.raises(ccxt.BadSymbol):
        client.fetch_ticker(symbol)


def test_the_venue_itself_refuses_an_unknown_pair(running):
    with pytest.raises(ccxt.ExchangeError, match="EQuery:Unknown asset pair"):
        running.client("kraken").public_get_ticker({"pair": "BNBUSD"})
    with pytest.raises(ccxt.ExchangeError, match="Product BNB-USD not supported"):
        running.client("coinbase").v3_public_get_brokerage_market_products_product_id(
            {"product_id": "BNB-USD"}
        )


def test_status_of_kraken(running):
    assert running.client("kraken").fetch_status()["status"] == "ok"


def test_second_clock_of_coinbase(running):
    fetched = running.client("coinbase").fetch_time({"method": "v3PublicGetBrokerageTime"})
    assert fetched == NOW // SECOND_MS * SECOND_MS


def test_a_lying_stale_venue_is_seen_as_such(client, running):
    honest = client.fetch_ticker("BTC/USDT")["last"]
    running.faults = ActiveFaults(price_factor=1.2, now_shift_ms=-HOUR_MS)
    try:
        lied = client.fetch_ticker("BTC/USDT")["last"]
        newest = client.fetch_trades("BTC/USDT", limit=1)[-1]["timestamp"]
    finally:
        running.faults = ActiveFaults()
    assert lied > honest * 1.1
    assert newest == (NOW - HOUR_MS) // SECOND_MS * SECOND_MS


@pytest.mark.parametrize("venue", VENUES)
async def test_asynchronous_client(running, venue):
    client = getattr(ccxt.async_support, venue)(running.options(venue))
    client.seconds = lambda: NOW // SECOND_MS
    try:
        await client.load_markets()
        ticker = await client.fetch_ticker("BTC/USD")
        book = await client.fetch_order_book("BTC/USD")
        rows = await client.fetch_ohlcv("BTC/USD", "5m")
        trades = await client.fetch_trades("BTC/USD")
        with pytest.raises(ccxt.BadSymbol):
            await client.fetch_ticker("BNB/USD")
    finally:
        await client.close()
    assert book["bids"][0][0] < ticker["last"] * 1.001
    assert rows[-1][4] == ticker["last"] == trades[-1]["price"]
