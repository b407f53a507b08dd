"""ccxt's classes made ready; no connection is opened."""

from __future__ import annotations

from typing import Any

import ccxt
import pytest

from aurum_plugins.clock import VirtualClock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.market_data.venue_settings import SourceSettings
from aurum_plugins.market_data.venues.public_api import guarded, public_api

NOW = 1_700_000_040_000


def made(name: str, **config: Any) -> Any:
    return public_api(name, SourceSettings(ccxt_config=config), 2.5, VirtualClock(NOW))


@pytest.mark.parametrize("name", ["binance", "coinbase", "kraken"])
def test_the_three(name: str) -> None:
    api = made(name)
    assert api.id == name
    assert api.enableRateLimit
    assert api.throttler.config["algorithm"] == "rollingWindow"
    assert api.timeout == 2_500
    assert api.session is None


def test_binance_asks_for_spot_markets_alone() -> None:
    assert made("binance").options["fetchMarkets"]["types"] == ["spot"]


def test_settings_are_merged_down_to_the_last_key() -> None:
    api = made(
        "binance",
        enableRateLimit=False,
        urls={"api": {"public": "http://127.0.0.1:1/api/v3"}},
        options={"recvWindow": 1},
    )
    assert api.urls["api"]["public"] == "http://127.0.0.1:1/api/v3"
    assert api.urls["api"]["sapi"].startswith("https://")
    assert api.options["recvWindow"] == 1
    assert api.options["fetchMarkets"]["types"] == ["spot"]
    assert not api.enableRateLimit


def test_an_exchange_that_ccxt_does_not_know() -> None:
    with pytest.raises(ConfigurationError, match=r"aurum\.venues\.sources\.krakn: must be the id"):
        made("krakn")


def test_an_exchange_without_tickers_of_several_markets() -> None:
    with pytest.raises(ConfigurationError, match=r"aurum\.venues\.sources\.bitso: .*fetchTickers"):
        made("bitso")


class Api:
    id = "kraken"
    markets: tuple[str, ...] = ()

    async def fetch(
        self, url: str, method: str = "GET", headers: Any = None, body: Any = None
    ) -> Any:
        return url

    def on_rest_response(self, *answer: Any) -> Any:
        return answer

    async def fetch_markets(self, params: Any = None) -> tuple[str, ...]:
        return self.markets

    async def fetch_ohlcv(self, symbol: str, timeframe: str = "1m", *_: Any) -> list[list[float]]:
        return [[NOW + 3_600_000, 1, 1, 1, 1, 1]]

    def parse_timeframe(self, timeframe: str) -> int:
        return 60


async def test_answers_that_make_no_sense_are_refused() -> None:
    api = guarded(Api(), VirtualClock(NOW))
    with pytest.raises(ccxt.BadResponse, match="must be JSON"):
        await api.fetch("text")
    with pytest.raises(ccxt.BadResponse, match="must not be after"):
        await api.fetch_ohlcv("BTC/USD", "1m")
    with pytest.raises(ccxt.NullResponse, match="list of markets must not be empty"):
        await api.fetch_markets()
    api.markets = ("BTC/USD",)
    assert await api.fetch_markets({}) == ("BTC/USD",)
