"""What ccxt's own classes say of the sandbox's venues, in fair weather and in foul."""

from __future__ import annotations

import asyncio
import math
import time
from typing import Any

import pytest
from sandbox_venues import VENUES, Venues

from aurum_plugins.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.market_data.quote import Quote
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitState
from aurum_plugins.market_data.resilience.venue_errors import (
    CircuitOpen,
    VenueAnswerRefused,
    VenueError,
    VenueFailing,
    VenueLimiting,
    VenueUnreachable,
)
from aurum_plugins.market_data.venues.venue_client import VenueClient
from aurum_plugins.sandbox import SandboxServer

PAIRS = ("BTC/USDT", "ETH/USDT", "BNB/USDT", "USDT/USD")
# Basis (3 bps), half a spread, a tick, and what a price moves between two requests.
NEAR = 5e-3


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def by_pair(quotes: tuple[Quote, ...]) -> dict[str, Quote]:
    return {quote.pair: quote for quote in quotes}


@pytest.fixture(params=VENUES)
async def client(request: pytest.FixtureRequest, venues: Venues) -> VenueClient:
    made = venues.client(request.param)
    await made.load()
    return made


async def test_quotes(client: VenueClient, venues: Venues) -> None:
    before = now_ms()
    found = by_pair(await client.quotes(PAIRS))
    bitcoin = found["BTC/USDT"]
    market = venues.server.exchange.market
    assert bitcoin.price == pytest.approx(market.last_price("BTCUSDT", now_ms()), rel=NEAR)
    assert bitcoin.turnover > 1e6
    assert before - 2 * SECOND_MS <= bitcoin.at_ms <= now_ms()
    if client.name == "binance":
        assert set(found) == {"BTC/USDT", "ETH/USDT", "BNB/USDT"} == client.listed(PAIRS)
        assert bitcoin.is_in_own_currency
    else:
        assert set(found) == {"BTC/USDT", "ETH/USDT", "USDT/USD"} == client.listed(PAIRS)
        assert bitcoin.currency == "USD"
    if client.name == "coinbase":
        assert math.isnan(bitcoin.bid)
        assert math.isnan(bitcoin.ask)
    else:
        assert bitcoin.bid < bitcoin.price < bitcoin.ask


async def test_converted_prices_are_one(venues: Venues) -> None:
    found = {name: by_pair(await venues.client(name).quotes(PAIRS)) for name in VENUES}
    home = found["binance"]["BTC/USDT"].price
    for name in ("coinbase", "kraken"):
        rate = found[name]["USDT/USD"].price
        assert rate == pytest.approx(1.0, abs=1e-3)
        assert found[name]["BTC/USDT"].price / rate == pytest.approx(home, rel=2e-3)


async def test_any_number_of_tickers_is_one_request(client: VenueClient) -> None:
    asked: list[str] = []
    fetch = client._api.fetch

    async def counted(url: str, *rest: Any) -> Any:
        asked.append(url)
        return await fetch(url, *rest)

    client._api.fetch = counted
    await client.quotes([f"{base}/USDT" for base in ("BTC", "ETH", "SOL", "XRP", "ADA", "LTC")])
    assert len(asked) == 1
    await client.candles("BTC/USDT", "1m", 3)
    await client.clock_offset_ms()
    assert len(asked) == 3


@pytest.mark.parametrize("timeframe", ["1m", "5m", "1h"])
async def test_candles_are_the_newest_that_are_closed(
    client: VenueClient, venues: Venues, timeframe: str
) -> None:
    interval_ms = {"1m": MINUTE_MS, "5m": 5 * MINUTE_MS, "1h": HOUR_MS}[timeframe]
    before = now_ms() // interval_ms
    candles = await client.candles("ETH/USDT", timeframe, 3)
    after = now_ms() // interval_ms
    newest = candles[-1].open_ms // interval_ms
    assert before - 1 <= newest <= after - 1
    assert [c.open_ms // interval_ms for c in candles] == [newest - 2, newest - 1, newest]
    under = venues.server.exchange.market.candles(
        "ETHUSDT", timeframe, now_ms=now_ms(), start_ms=candles[0].open_ms, limit=3
    )
    for candle, close in zip(candles, under.close, strict=True):
        assert candle.close == pytest.approx(close, rel=2e-3)


async def test_a_length_that_a_venue_does_not_have(venues: Venues) -> None:
    assert len(await venues.client("kraken").candles("BTC/USDT", "4h", 2)) == 2
    assert await venues.client("coinbase").candles("BTC/USDT", "4h", 2) == ()


async def test_the_clock(client: VenueClient) -> None:
    offset_ms = await client.clock_offset_ms()
    assert offset_ms == pytest.approx(0, abs=50 if client.name == "binance" else 600)


FAULTS: list[tuple[dict[str, Any], type[VenueError], float | None]] = [
    ({"kind": "reset_before"}, VenueUnreachable, None),
    ({"kind": "reset_after"}, VenueUnreachable, None),
    ({"kind": "latency", "delay_ms": 5_000}, VenueUnreachable, None),
    ({"kind": "dark"}, VenueUnreachable, None),
    ({"kind": "dark", "hang_s": 5}, VenueUnreachable, None),
    ({"kind": "truncated_body"}, VenueUnreachable, None),
    ({"kind": "server_error"}, VenueFailing, None),
    ({"kind": "server_error", "status": 500}, VenueFailing, None),
    ({"kind": "server_error", "status": 504, "when": "after"}, VenueFailing, None),
    ({"kind": "rate_limited", "retry_after_s": 1}, VenueLimiting, 1.0),
    ({"kind": "banned", "retry_after_s": 1}, VenueLimiting, 1.0),
    ({"kind": "malformed_json"}, VenueAnswerRefused, None),
]


@pytest.mark.parametrize(
    ("fault", "kind", "retry_after_s"),
    FAULTS,
    ids=["-".join(map(str, f.values())) for f, *_ in FAULTS],
)
async def test_a_fault_has_its_name_and_leaves_nothing_broken(
    client: VenueClient,
    venues: Venues,
    fault: dict[str, Any],
    kind: type[VenueError],
    retry_after_s: float | None,
) -> None:
    honest = by_pair(await client.quotes(PAIRS))
    venues.arm(fault)
    asks = [lambda: client.quotes(PAIRS), lambda: client.candles("BTC/USDT", "1m", 2)]
    # After a request to wait, our own budget holds back the next.
    for ask in asks if retry_after_s is None else asks[:1]:
        with pytest.raises(VenueError) as caught:
            await ask()
        assert type(caught.value) is kind, caught.value
        assert caught.value.retry_after_s == retry_after_s
        assert "127.0.0.1" not in str(caught.value)
    venues.disarm()
    if retry_after_s is not None:
        await asyncio.sleep(retry_after_s)
    again = by_pair(await client.quotes(PAIRS))
    assert set(again) == set(honest)
    assert await client.candles("BTC/USDT", "1m", 2)


async def test_markets_that_cannot_be_had_are_asked_for_again(venues: Venues) -> None:
    for name in VENUES:
        client = venues.client(name)
        for fault in ("malformed_json", "truncated_body", "dark"):
            venues.arm({"kind": fault} | ({"hang_s": 5} if fault == "dark" else {}))
            with pytest.raises(VenueError, match=f"{name}: markets: "):
                await client.quotes(PAIRS)
            venues.disarm()
        assert await client.quotes(PAIRS)


async def test_a_venue_that_goes_dark_is_left_alone_and_comes_back(venues: Venues) -> None:
    client = venues.client("kraken", failures_to_open=3, open_seconds=1.0)
    await client.load()
    venues.arm({"kind": "dark", "route": "kraken.*"})
    with pytest.raises(VenueError):
        await client.quotes(PAIRS)
    while not any(change.after is CircuitState.OPEN for change in venues.changes):
        with pytest.raises(VenueError):
            await client.quotes(PAIRS)
    asked = len(venues.server.exchange.injector.log)
    with pytest.raises(CircuitOpen):
        await client.quotes(PAIRS)
    assert len(venues.server.exchange.injector.log) == asked
    venues.disarm()
    await asyncio.sleep(1.0)
    assert await client.quotes(PAIRS)
    assert venues.changes[-1].after is CircuitState.CLOSED


def test_a_client_that_was_closed_serves_another_event_loop(sandbox: SandboxServer) -> None:
    client = Venues(sandbox).client("kraken")

    async def serve() -> int:
        quotes = await asyncio.gather(client.quotes(PAIRS), client.quotes(PAIRS))
        await client.close()
        return min(len(found) for found in quotes)

    assert [asyncio.run(serve()) for _ in range(2)] == [3, 3]


async def test_a_lie_is_told_as_it_is(client: VenueClient, venues: Venues) -> None:
    honest = by_pair(await client.quotes(PAIRS))["BTC/USDT"].price
    venues.arm({"kind": "lying_price", "factor": 1.03})
    lied = by_pair(await client.quotes(PAIRS))["BTC/USDT"].price
    assert lied / honest == pytest.approx(1.03, abs=NEAR)


async def test_a_venue_that_lags_has_no_new_candles(client: VenueClient, venues: Venues) -> None:
    venues.arm({"kind": "stale_candles", "lag_s": 3_600})
    assert all(
        candle.open_ms < now_ms() - HOUR_MS for candle in await client.candles("BTC/USDT", "1m", 3)
    )
    if client.name == "binance":
        old = by_pair(await client.quotes(PAIRS))["BTC/USDT"].at_ms
        assert old == pytest.approx(now_ms() - HOUR_MS, abs=5 * SECOND_MS)


async def test_candles_at_impossible_times(client: VenueClient, venues: Venues) -> None:
    venues.arm({"kind": "wrong_timestamps", "shift_ms": 30_000})
    with pytest.raises(VenueAnswerRefused, match="must be a multiple of 60000 ms"):
        await client.candles("BTC/USDT", "1m", 3)


async def test_candles_without_figures_are_left_out(client: VenueClient, venues: Venues) -> None:
    venues.arm({"kind": "nan_candles", "fraction": 1.0})
    assert await client.candles("BTC/USDT", "1m", 3) == ()


async def test_candles_in_which_nothing_was_traded(client: VenueClient, venues: Venues) -> None:
    venues.arm({"kind": "zero_volume_candles", "fraction": 1.0})
    assert {candle.volume for candle in await client.candles("BTC/USDT", "1m", 3)} == {0.0}


async def test_a_clock_that_is_off(client: VenueClient, venues: Venues) -> None:
    venues.arm({"kind": "clock_skew", "skew_ms": 2_000})
    offset_ms = await client.clock_offset_ms()
    assert offset_ms == pytest.approx(2_000, abs=50 if client.name == "binance" else 600)
    at_ms = by_pair(await client.quotes(PAIRS))["BTC/USDT"].at_ms
    assert at_ms <= now_ms()
