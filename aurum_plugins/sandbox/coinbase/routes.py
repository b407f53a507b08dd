"""Coinbase's public REST endpoints (Advanced Trade, and what its clients ask of the older API).

Numbers are strings, times Unix seconds or ISO 8601, lists newest first.

References
----------
Shapes, limits and defaults after Coinbase's documentation of the endpoints,
https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/public/ (candles) and
.../rest-api/products/get-market-trades. Limits (350 candles, 100 trades, 1000 levels) and the
wording of refusals after published notes of live answers. What ccxt's `coinbase` class reads of
the other endpoints was taken from that class.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import orjson
from aiohttp import web

from aurum_plugins.clock import Clock
from aurum_plugins.sandbox.coinbase import answers
from aurum_plugins.sandbox.coinbase.asked import Asked, Refused
from aurum_plugins.sandbox.coinbase.products import COINBASE
from aurum_plugins.sandbox.faults.active import ActiveFaults
from aurum_plugins.sandbox.market import Market, UnknownSymbol
from aurum_plugins.sandbox.venue_view import VenueView

Answer = Callable[[Asked], dict[str, object]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

NEUTRAL = ActiveFaults()
# Nothing was traded yet.
SILENT = Refused(503, "UNAVAILABLE", "No market data yet")
_MARKET = "/api/v3/brokerage/market"
# Path, route name, answer.
ENDPOINTS: tuple[tuple[str, str, Answer], ...] = (
    ("/v2/time", "coinbase.wallet_time", answers.wallet_time),
    ("/v2/currencies", "coinbase.currencies", answers.currencies),
    ("/v2/currencies/crypto", "coinbase.crypto", answers.crypto_currencies),
    ("/v2/exchange-rates", "coinbase.rates", answers.exchange_rates),
    ("/api/v3/brokerage/time", "coinbase.time", answers.server_time),
    (f"{_MARKET}/product_book", "coinbase.book", answers.product_book),
    (f"{_MARKET}/products", "coinbase.products", answers.products),
    (f"{_MARKET}/products/{{product_id}}", "coinbase.product", answers.one_product),
    (f"{_MARKET}/products/{{product_id}}/candles", "coinbase.candles", answers.candles),
    (f"{_MARKET}/products/{{product_id}}/ticker", "coinbase.trades", answers.market_trades),
)


def routes(market: Market, clock: Clock) -> list[web.RouteDef]:
    """Routes of `/v2/...` and `/api/v3/brokerage/...`, named `coinbase.candles` and so on.

    Parameters
    ----------
    market : Market
        The underlying market, which Coinbase shows with a small basis.
    clock : Clock
        What time it is.
    """
    view = VenueView.of(market, COINBASE)

    def handler(answer: Answer) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            faults = request.get("faults", NEUTRAL)
            status = 200
            try:
                asked = Asked(request.match_info, request.query, faults, view, clock.now_ms())
                body = answer(asked)
            except Refused as refused:
                status, body = refused.status, refused.body
            except UnknownSymbol:
                status, body = SILENT.status, SILENT.body
            return web.Response(
                status=status, body=orjson.dumps(body), content_type="application/json"
            )

        return handle

    return [web.get(path, handler(answer), name=name) for path, name, answer in ENDPOINTS]
