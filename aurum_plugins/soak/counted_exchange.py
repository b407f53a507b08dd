"""The simulated exchange of a soak: it counts what it is asked, and forgets no fault."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from pydantic import SecretStr
from typing_extensions import override

from aurum_plugins.sandbox import AccountConfig, SandboxConfig, SandboxServer
from aurum_plugins.sandbox.exchange import SimulatedExchange
from aurum_plugins.sandbox.faults import FaultInjector

KEY: Final = "account-of-the-soak"
SECRET: Final = "a-secret-of-the-sandbox"  # noqa: S105 - of an exchange that is not real
FUNDS: Final = {"USDT": Decimal(10_000)}
# More faults than hours of requests meet.
LOG_SIZE: Final = 1_000_000


@dataclass(frozen=True)
class CountedExchange(SimulatedExchange):
    """A simulated exchange that counts requests.

    Attributes
    ----------
    requests : Counter of str
        Requests by venue, those that met a fault included.
    """

    requests: Counter[str] = field(default_factory=Counter)

    @override
    def app(self) -> web.Application:
        """The web application, with a counter in front of it."""
        app = super().app()
        app.middlewares.insert(0, self._count)
        return app

    @property
    def _count(self) -> Middleware:
        @web.middleware
        async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
            route = request.match_info.route.name or "unknown"
            self.requests[route.partition(".")[0]] += 1
            return await handler(request)

        return count


def counted_server(port: int, seed: int) -> tuple[SandboxServer, CountedExchange]:
    """A sandbox, still to be entered, whose one account trades with `KEY`, and its exchange.

    Parameters
    ----------
    port : int
        0 takes a free one.
    seed : int
        Of the synthetic market.
    """
    account = AccountConfig(api_key=KEY, secret=SecretStr(SECRET), balances=FUNDS)
    server = SandboxServer(SandboxConfig(port=port, seed=seed, accounts=(account,)))
    plain = server.exchange
    injector = FaultInjector(plain.clock, log_size=LOG_SIZE)
    exchange = CountedExchange(
        plain.clock, plain.market, plain.engine, injector, plain.limits, plain.newsroom
    )
    server.exchange = exchange
    return server, exchange
