"""The exchange of a soak counts what it is asked."""

from __future__ import annotations

from aiohttp.test_utils import TestClient, TestServer

from aurum_plugins.sandbox.faults import FaultPlan
from aurum_plugins.soak.counted_exchange import KEY, counted_server


async def test_requests_are_counted_by_venue_faults_or_not() -> None:
    server, exchange = counted_server(port=0, seed=3)
    assert server.exchange is exchange
    assert server.config.seed == 3
    assert exchange.engine.account(KEY) is not None
    plan = {"rules": [{"kind": "server_error", "route": "kraken.*"}]}
    exchange.injector.arm(FaultPlan.model_validate(plan))
    async with TestClient(TestServer(exchange.app())) as client:
        for path, status in [
            ("/api/v3/ping", 200),
            ("/api/v3/time", 200),
            ("/0/public/Time", 503),
            ("/sandbox/health", 200),
            ("/nowhere", 404),
        ]:
            assert (await client.get(path)).status == status
    assert exchange.requests == {"binance": 2, "kraken": 1, "sandbox": 1, "unknown": 1}
    assert exchange.injector.counts == {"server_error": 1}
