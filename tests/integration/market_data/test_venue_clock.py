"""ccxt's Binance class and a venue whose clock is off, over loopback."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import ccxt
import pytest
import requests

from aurum_plugins.market_data.answers import follow_venue_clock
from aurum_plugins.market_data.simulated_venues import venue_urls
from aurum_plugins.sandbox import AccountConfig, SandboxConfig, SandboxServer

KEY, SECRET = "a-key-of-ours", "a-secret"


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    account = AccountConfig(api_key=KEY, secret=SECRET, balances={"USDT": Decimal(10_000)})
    with SandboxServer(SandboxConfig(port=0, accounts=(account,))) as running:
        yield running


@pytest.fixture
def exchange(server: SandboxServer) -> ccxt.binance:
    client = ccxt.binance(
        {
            "apiKey": KEY,
            "secret": SECRET,
            "urls": {"api": venue_urls("binance", server.url)},
            "enableRateLimit": False,
            "options": {"fetchMarkets": {"types": ["spot"]}},
        }
    )
    client.load_markets()
    follow_venue_clock(client)
    return client


def skew(server: SandboxServer, skew_ms: int) -> None:
    rules = [{"kind": "clock_skew", "skew_ms": skew_ms}] if skew_ms else []
    requests.put(
        f"{server.url}/sandbox/faults", json={"rules": rules}, timeout=10
    ).raise_for_status()


@pytest.mark.parametrize("skew_ms", [-2_000, -30_000, 30_000])
def test_orders_go_through_while_the_clock_is_off_and_after(
    server: SandboxServer, exchange: ccxt.binance, skew_ms: int
) -> None:
    for now_ms in (0, skew_ms, 0):
        skew(server, now_ms)
        order = exchange.create_order("BTC/USDT", "market", "buy", 0.01)
        assert order["status"] == "closed"
    assert exchange.fetch_balance()["BTC"]["total"] == pytest.approx(0.03 * 0.999)
    assert len(exchange.fetch_orders("BTC/USDT")) == 3
