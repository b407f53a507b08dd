"""Faults over a real connection on loopback."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from aurum_plugins.clock import VirtualClock
from aurum_plugins.sandbox.faults import (
    ActiveFaults,
    FaultInjector,
    FaultPlan,
    control_routes,
    fault_middleware,
)

START_MS = 1_700_000_000_000
LOST = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)
ORDER = {"symbol": "BTCUSDT", "side": "BUY"}
Client = TestClient[web.Request, web.Application]


async def drain(reader: asyncio.StreamReader, into: bytearray) -> None:
    while chunk := await reader.read(256):
        into += chunk


@dataclass
class Venue:
    """A venue that takes anything and remembers it."""

    client: Client
    injector: FaultInjector
    clock: VirtualClock
    seen: list[tuple[str, ActiveFaults, dict[str, Any]]] = field(default_factory=list)

    def arm(self, *rules: dict[str, Any]) -> None:
        self.injector.arm(FaultPlan.model_validate({"rules": rules}))


@pytest.fixture
async def venue(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Venue]:
    clock = VirtualClock(START_MS)
    injector = FaultInjector(clock)
    app = web.Application(middlewares=[fault_middleware(injector)])
    app.add_routes(control_routes(injector))

    async def take(request: web.Request) -> web.Response:
        sent = dict(request.query) | dict(await request.post())
        name = request.match_info.route.name or ""
        made.seen.append((name, request["faults"], sent))
        return web.json_response({"orderId": len(made.seen), "padding": "x" * 2_000})

    async def refuse(request: web.Request) -> web.Response:
        made.seen.append(("binance.refused", request["faults"], {}))
        raise web.HTTPBadRequest(
            text='{"code": -1121, "msg": "Invalid symbol."}', content_type="application/json"
        )

    async def stream(request: web.Request) -> web.StreamResponse:
        return web.StreamResponse(headers={"X-Kind": "stream"})

    app.add_routes(
        [
            web.get("/api/v3/time", take, name="binance.time"),
            web.get("/api/v3/klines", take, name="binance.klines"),
            web.post("/api/v3/order", take, name="binance.order.new"),
            web.get("/api/v3/refused", refuse, name="binance.refused"),
            web.get("/api/v3/stream", stream, name="binance.stream"),
            web.get("/0/public/OHLC", take, name="kraken.ohlc"),
            web.get("/products/{product_id}/candles", take, name="coinbase.candles"),
        ]
    )
    with caplog.at_level(logging.INFO):
        async with TestClient(TestServer(app)) as client:
            made = Venue(client, injector, clock)
            yield made
    louder = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert louder == [], "faults are no errors of the server's"


async def test_without_a_plan_handlers_see_neutral_faults(venue: Venue) -> None:
    response = await venue.client.get("/api/v3/time")
    assert response.status == 200
    assert venue.seen == [("binance.time", ActiveFaults(), {})]


async def test_reset_before_leaves_the_venue_untouched(venue: Venue) -> None:
    venue.arm({"kind": "reset_before", "count": 1})
    with pytest.raises(LOST):
        await venue.client.post("/api/v3/order", data=ORDER)
    assert venue.seen == []
    response = await venue.client.post("/api/v3/order", data=ORDER)
    assert (await response.json())["orderId"] == 1


async def test_reset_after_took_the_order_once(venue: Venue) -> None:
    venue.arm({"kind": "reset_after", "route": "binance.order.new", "count": 1})
    with pytest.raises(LOST):
        await venue.client.post("/api/v3/order", data=ORDER)
    assert [(name, sent) for name, _, sent in venue.seen] == [("binance.order.new", ORDER)]


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
async def test_a_reset_is_an_rst_and_not_an_orderly_end(venue: Venue, kind: str) -> None:
    venue.arm({"kind": kind})
    reader, writer = await asyncio.open_connection("127.0.0.1", venue.client.port)
    writer.write(b"GET /api/v3/time HTTP/1.1\r\nHost: x\r\n\r\n")
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(), 5)
    writer.close()


async def test_a_reset_spares_other_connections(venue: Venue) -> None:
    venue.arm({"kind": "dark", "route": "kraken.*"})
    lost, kept = await asyncio.gather(
        venue.client.get("/0/public/OHLC", params={"pair": "XBTUSDT"}),
        venue.client.get("/api/v3/time"),
        return_exceptions=True,
    )
    assert isinstance(lost, LOST)
    assert isinstance(kept, aiohttp.ClientResponse)
    assert kept.status == 200


async def test_dark_hangs_before_it_resets(venue: Venue) -> None:
    venue.arm({"kind": "dark", "hang_s": 30})
    with pytest.raises(LOST):
        await venue.client.post("/api/v3/order")
    assert venue.clock.now_ms() == START_MS + 30_000
    assert venue.seen == []


async def test_a_truncated_body_is_shorter_than_announced(venue: Venue) -> None:
    venue.arm({"kind": "truncated_body"})
    reader, writer = await asyncio.open_connection("127.0.0.1", venue.client.port)
    writer.write(b"GET /api/v3/time HTTP/1.1\r\nHost: x\r\n\r\n")
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).decode()
    length = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0])
    got = bytearray()
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(drain(reader, got), 5)
    writer.close()
    assert head.startswith("HTTP/1.1 200")
    assert "application/json" in head
    assert len(got) < length
    assert len(venue.seen) == 1


async def test_a_truncated_body_is_an_error_for_a_client(venue: Venue) -> None:
    venue.arm({"kind": "truncated_body"})
    with pytest.raises(aiohttp.ClientError):  # noqa: PT012 (either step may notice)
        response = await venue.client.post("/api/v3/order", data=ORDER)
        await response.read()
    assert len(venue.seen) == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api/v3/time", 200), ("/api/v3/refused", 400), ("/api/v3/stream", 200), ("/none", 404)],
)
async def test_malformed_json_is_complete_and_is_not_json(
    venue: Venue, path: str, status: int
) -> None:
    venue.arm({"kind": "malformed_json"})
    response = await venue.client.get(path)
    assert response.status == status
    body = await response.read()
    assert len(body) == response.content_length
    with pytest.raises(ValueError, match=r"."):
        json.loads(body)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_server_error_before_and_after_the_deed(venue: Venue, when: str) -> None:
    venue.arm({"kind": "server_error", "status": 504, "when": when})
    response = await venue.client.post("/api/v3/order", data=ORDER)
    assert response.status == 504
    assert (await response.json())["code"] == -1007
    assert len(venue.seen) == (when == "after")


@pytest.mark.parametrize(("kind", "status"), [("rate_limited", 429), ("banned", 418)])
async def test_refusals_carry_retry_after(venue: Venue, kind: str, status: int) -> None:
    venue.arm({"kind": kind, "retry_after_s": 17})
    response = await venue.client.get("/api/v3/klines")
    assert response.status == status
    assert response.headers["Retry-After"] == "17"
    assert (await response.json())["code"] == -1003
    assert venue.seen == []


@pytest.mark.parametrize("path", ["/api/v3/time", "/api/v3/refused"])
async def test_latency_on_both_sides(venue: Venue, path: str) -> None:
    venue.arm(
        {"kind": "latency", "delay_ms": 40}, {"kind": "latency", "delay_ms": 2, "when": "after"}
    )
    response = await venue.client.get(path)
    assert response.status == (400 if "refused" in path else 200)
    assert venue.clock.now_ms() == START_MS + 42


async def test_data_faults_reach_the_handler(venue: Venue) -> None:
    venue.arm({"kind": "lying_price", "factor": 2}, {"kind": "gapped_candles", "newest": 1})
    await venue.client.get("/api/v3/klines")
    [(_, active, _)] = venue.seen
    assert active.price_factor == 2
    assert active.touches_candles


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("GET", "/api/v3/klines", {"params": {"symbol": "BTCUSDT"}}),
        ("POST", "/api/v3/order", {"data": {"symbol": "BTCUSDT"}}),
        ("GET", "/0/public/OHLC", {"params": {"pair": "XBT/USDT"}}),
        ("GET", "/products/BTC-USDT/candles", {}),
    ],
)
async def test_symbols_are_found_however_a_venue_spells_them(
    venue: Venue, method: str, path: str, sent: dict[str, Any]
) -> None:
    venue.arm({"kind": "lying_price", "factor": 2, "symbol": "BTCUSDT"})
    await venue.client.request(method, path, **sent)
    assert venue.injector.log[0].symbol == "BTCUSDT"
    [(_, active, _)] = venue.seen
    assert active.price_factor == 2


@pytest.mark.parametrize("pair", ["XXBTZUSD", "XBTUSD", "XBT/USD"])
async def test_krakens_oldest_pairs_are_found_by_any_of_their_names(
    venue: Venue, pair: str
) -> None:
    venue.arm({"kind": "lying_price", "factor": 2, "symbol": "BTCUSD"})
    await venue.client.get("/0/public/OHLC", params={"pair": pair})
    assert venue.injector.log[0].symbol == "BTCUSD"


async def test_control_arms_shows_and_disarms_untouched_by_faults(venue: Venue) -> None:
    plan = {"seed": 5, "rules": [{"kind": "dark"}]}
    armed = await venue.client.put("/sandbox/faults", json=plan)
    assert armed.status == 200
    with pytest.raises(LOST):
        await venue.client.get("/api/v3/time")
    state = await (await venue.client.get("/sandbox/faults")).json()
    assert state["armed"]
    assert state["plan"]["seed"] == 5
    # aiohttp's client may repeat a lost GET by itself.
    assert state["counts"]["dark"] == len(state["last_fired"]) >= 1
    assert state["last_fired"][0] == {
        "time_ms": START_MS,
        "route": "binance.time",
        "symbol": None,
        "kind": "dark",
        "rule": 0,
    }
    health = await (await venue.client.get("/sandbox/health")).json()
    assert health == {"status": "ok", "now_ms": START_MS, "faults_armed": True}
    state = await (await venue.client.delete("/sandbox/faults")).json()
    assert state["plan"] is None
    assert (await venue.client.get("/api/v3/time")).status == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"rules": [{"kind": "latency"}]}', "Field required"),
        (b'{"rules": [{"kind": "dark", "x": NaN}]}', "Extra inputs are not permitted"),
        (b'{"rules": [{"kind": "dark", "after_s": 1, "until_s": 1}]}', "until_s must be greater"),
        (b'{"rules"', "Invalid JSON"),
    ],
)
async def test_control_refuses_an_invalid_plan_and_keeps_the_old(
    venue: Venue, body: bytes, message: str
) -> None:
    venue.arm({"kind": "dark"})
    before = venue.injector.plan
    response = await venue.client.put("/sandbox/faults", data=body)
    assert response.status == 400
    answer = await response.json()
    assert message in answer["details"][0]["msg"]
    assert venue.injector.plan is before
