"""One venue's client against a ccxt class that is told what to say."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from random import Random
from typing import Any

import ccxt
import pytest

from aurum_plugins.clock import HOUR_MS, MINUTE_MS, VirtualClock
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitBreaker
from aurum_plugins.market_data.resilience.guarded_calls import GuardedCalls
from aurum_plugins.market_data.resilience.rate_budget import RateBudget
from aurum_plugins.market_data.resilience.venue_errors import (
    VenueAnswerRefused,
    VenueRefuses,
    VenueUnreachable,
)
from aurum_plugins.market_data.resilience.venue_health import HealthRecord
from aurum_plugins.market_data.venue_settings import SourceSettings, VenueSettings
from aurum_plugins.market_data.venues.ccxt_errors import venue_error
from aurum_plugins.market_data.venues.venue_client import VenueClient

NOW = 1_700_000_045_500
PAIRS = ("BTC/USDT", "BTC/USDC", "BNB/USDT", "USDT/USD")


@dataclass
class Api:
    """Says what it is told to, and counts what it is asked."""

    clock: VirtualClock
    listed: tuple[str, ...] = ("BTC/USD", "USDT/USD")
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    markets: dict[str, Any] = field(default_factory=dict)
    has: dict[str, bool] = field(default_factory=lambda: {"fetchTime": True})
    timeframes: tuple[str, ...] = ("1m", "1h", "1w")

    def parse_timeframe(self, timeframe: str) -> int:
        return {"m": 60, "h": 3_600, "w": 604_800}[timeframe[-1]] * int(timeframe[:-1])

    async def load_markets(self, reload: bool = False) -> None:
        self.answer("load_markets", reload)
        self.markets = {name: {"spot": True, "active": True} for name in self.listed}

    async def fetch_tickers(self, symbols: list[str]) -> Any:
        return self.answer("fetch_tickers", tuple(symbols))

    async def fetch_ohlcv(self, *question: Any) -> Any:
        return self.answer("fetch_ohlcv", *question)

    async def fetch_time(self) -> Any:
        return self.answer("fetch_time")

    async def close(self) -> None:
        self.answer("close")

    def answer(self, method: str, *question: Any) -> Any:
        self.asked.append((method, *question))
        answer = self.answers.get(method)
        if isinstance(answer, Exception):
            raise answer
        return answer() if callable(answer) else answer

    def times(self, method: str) -> int:
        return sum(question[0] == method for question in self.asked)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def api(clock: VirtualClock) -> Api:
    return Api(clock)


@pytest.fixture
def client(api: Api, clock: VirtualClock) -> VenueClient:
    return made(api, clock)


def made(api: Api, clock: VirtualClock, name: str = "kraken") -> VenueClient:
    settings = VenueSettings(failures_to_open=100, longest_retry_seconds=0.5)
    calls = GuardedCalls(
        name,
        settings,
        clock,
        CircuitBreaker(name, clock, failures_to_open=100, open_ms=1_000),
        RateBudget(name, clock, per_minute=1_000, longest_wait_s=1.0),
        HealthRecord(name, clock),
        functools.partial(venue_error, name),
        random=Random(1),
    )
    return VenueClient(name, SourceSettings(currencies=("USD",)), settings, clock, calls, api)


async def test_what_is_listed(client: VenueClient) -> None:
    assert client.listed(PAIRS) == frozenset()
    await client.load()
    assert client.listed(PAIRS) == {"BTC/USDT", "BTC/USDC", "USDT/USD"}


async def test_markets_are_asked_for_again_after_six_hours(
    client: VenueClient, api: Api, clock: VirtualClock
) -> None:
    await client.load()
    clock.advance(6 * HOUR_MS - 1)
    await client.load()
    assert api.times("load_markets") == 1
    api.listed = ("BNB/USDT",)
    clock.advance(1)
    await client.load()
    assert api.asked == [("load_markets", True)] * 2
    assert client.listed(PAIRS) == {"BNB/USDT"}


async def test_a_clock_that_is_set_back_does_not_keep_old_markets(
    client: VenueClient, api: Api, clock: VirtualClock
) -> None:
    await client.load()
    clock._now_ms -= HOUR_MS
    await client.load()
    assert api.times("load_markets") == 2


async def test_without_markets_there_is_an_error(client: VenueClient, api: Api) -> None:
    api.answers["load_markets"] = ccxt.NetworkError("x")
    with pytest.raises(VenueUnreachable, match="kraken: markets: NetworkError"):
        await client.load()
    with pytest.raises(VenueUnreachable, match="markets"):
        await client.quotes(PAIRS)
    assert client.listed(PAIRS) == frozenset()


async def test_old_markets_are_better_than_none(
    client: VenueClient, api: Api, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    await client.load()
    clock.advance(6 * HOUR_MS)
    api.answers["load_markets"] = ccxt.NetworkError("x")
    with caplog.at_level("INFO"):
        await client.load()
    assert "the markets of before are kept" in caplog.text
    assert client.listed(["BTC/USDT"])
    count = api.times("load_markets")
    await client.load()
    assert api.times("load_markets") == count
    del api.answers["load_markets"]
    clock.advance(MINUTE_MS)
    await client.load()
    assert api.times("load_markets") == count + 1


async def test_quotes_come_from_one_request(
    client: VenueClient, api: Api, clock: VirtualClock
) -> None:
    def late() -> dict[str, Any]:
        clock.advance(800)
        return {
            "BTC/USD": {"bid": 99.0, "ask": 101.0, "last": 7.0, "quoteVolume": 5.0},
            "USDT/USD": {"bid": None, "ask": None, "last": 0.0},
            "ETH/USD": {"last": 1.0},
        }

    api.answers["fetch_tickers"] = late
    quotes = await client.quotes(PAIRS)
    assert api.asked == [("load_markets", True), ("fetch_tickers", ("BTC/USD", "USDT/USD"))]
    assert [(q.venue, q.pair, q.currency, q.price, q.at_ms) for q in quotes] == [
        ("kraken", "BTC/USDT", "USD", 100.0, NOW),
        ("kraken", "BTC/USDC", "USD", 100.0, NOW),
    ]


async def test_pairs_that_are_not_listed_are_not_asked_for(client: VenueClient, api: Api) -> None:
    assert await client.quotes(["BNB/USDT"]) == ()
    assert await client.candles("BNB/USDT", "1m", 3) == ()
    assert [question[0] for question in api.asked] == ["load_markets"]


async def test_tickers_of_part_of_the_markets(client: VenueClient, api: Api) -> None:
    api.answers["fetch_tickers"] = {"USDT/USD": {"last": 1.0}}
    assert [q.pair for q in await client.quotes(PAIRS)] == ["USDT/USD"]


@pytest.mark.parametrize("nonsense", [{}, None, {"BTC/USD": {"last": "much"}}, {"BTC/USD": 7}])
async def test_tickers_that_make_no_sense(client: VenueClient, api: Api, nonsense: Any) -> None:
    api.answers["fetch_tickers"] = nonsense
    with pytest.raises(VenueAnswerRefused, match="tickers"):
        await client.quotes(PAIRS)


async def test_a_refusal_lets_the_markets_be_asked_for_soon(
    client: VenueClient, api: Api, clock: VirtualClock
) -> None:
    api.answers["fetch_tickers"] = ccxt.BadSymbol("x")
    for _ in range(2):
        with pytest.raises(VenueRefuses):
            await client.quotes(PAIRS)
    assert api.times("load_markets") == 1
    clock.advance(10 * MINUTE_MS)
    with pytest.raises(VenueRefuses):
        await client.quotes(PAIRS)
    assert api.times("load_markets") == 2


def rows(*opens_ms: int) -> list[list[float]]:
    return [[open_ms, 10.0, 12.0, 9.0, 11.0, 3.0] for open_ms in opens_ms]


MINUTE = 1_700_000_040_000  # the one that NOW is in


async def test_candles_that_are_closed(client: VenueClient, api: Api) -> None:
    times = [MINUTE - count * MINUTE_MS for count in (3, 2, 1, 0)]
    api.answers["fetch_ohlcv"] = rows(*times)
    candles = await client.candles("BTC/USDT", "1m", 2)
    assert api.asked[-1] == ("fetch_ohlcv", "BTC/USD", "1m", MINUTE - 2 * MINUTE_MS, 3)
    assert [candle.open_ms for candle in candles] == times[1:3]
    assert {(c.venue, c.pair, c.currency) for c in candles} == {("kraken", "BTC/USDT", "USD")}


@pytest.mark.parametrize("timeframe", ["1w", "3m"])
async def test_lengths_that_the_venue_does_not_have_or_begins_elsewhere(
    client: VenueClient, api: Api, timeframe: str
) -> None:
    assert await client.candles("BTC/USDT", timeframe, 2) == ()
    assert api.times("fetch_ohlcv") == 0


async def test_what_is_closed_here_may_still_be_formed_there(
    client: VenueClient, api: Api, clock: VirtualClock
) -> None:
    api.answers["fetch_time"] = NOW - 8_000
    assert await client.clock_offset_ms() == -7_500
    times = [MINUTE - 2 * MINUTE_MS, MINUTE - MINUTE_MS]
    api.answers["fetch_ohlcv"] = rows(*times)
    assert [c.open_ms for c in await client.candles("BTC/USDT", "1m", 2)] == times[:1]
    clock.advance(3_000)
    assert [c.open_ms for c in await client.candles("BTC/USDT", "1m", 2)] == times


async def test_a_clock_ahead_closes_nothing_early(client: VenueClient, api: Api) -> None:
    api.answers["fetch_time"] = NOW + HOUR_MS
    await client.clock_offset_ms()
    api.answers["fetch_ohlcv"] = rows(MINUTE)
    assert await client.candles("BTC/USDT", "1m", 2) == ()


@pytest.mark.parametrize(("name", "rounding"), [("binance", 0), ("kraken", 500), ("coinbase", 500)])
async def test_the_clock_is_compared_at_the_middle(
    api: Api, clock: VirtualClock, name: str, rounding: int
) -> None:
    def told() -> int:
        clock.advance(300)
        return NOW + 2_150

    api.answers["fetch_time"] = told
    assert await made(api, clock, name).clock_offset_ms() == 2_000 + rounding


async def test_a_venue_that_tells_no_time(client: VenueClient, api: Api) -> None:
    api.has["fetchTime"] = False
    assert await client.clock_offset_ms() is None
    assert api.asked == []


async def test_a_time_that_makes_no_sense(client: VenueClient, api: Api) -> None:
    api.answers["fetch_time"] = None
    with pytest.raises(VenueAnswerRefused, match="time"):
        await client.clock_offset_ms()


async def test_close_ends_what_was_and_begins_anew(client: VenueClient, api: Api) -> None:
    await client.load()
    await client.close()
    assert api.asked[-1] == ("close",)
    assert client.listed(PAIRS) == frozenset()
    assert client._api.id == "kraken"
    assert client._api.session is None


def test_ccxts_class_by_default(client: VenueClient, clock: VirtualClock) -> None:
    built = VenueClient(
        "coinbase",
        SourceSettings(),
        VenueSettings(timeout_seconds=3),
        clock,
        client._calls,
    )
    assert built._api.id == "coinbase"
    assert built._api.timeout == 3_000
