"""Kraken's public REST endpoints, for the market data that its clients ask for.

Answers are `{"error": [], "result": ...}` with status 200, errors too. Times are Unix seconds.

References
----------
Shapes, limits and defaults after Kraken's documentation of the endpoints,
https://docs.kraken.com/api-reference/market-data/ (get-ohlc-data, get-recent-trades,
get-tradable-asset-pairs), and of its limits,
https://docs.kraken.com/exchange/guides/general/historical-data (720 candles, 1000 trades, 500
levels). What ccxt's `kraken` class reads of the other endpoints was taken from that class.
Not checked: that weeks open on Thursdays (as whole multiples since the epoch do).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import orjson
from aiohttp import web

from aurum_plugins.clock import Clock
from aurum_plugins.sandbox.faults.active import ActiveFaults
from aurum_plugins.sandbox.kraken import answers
from aurum_plugins.sandbox.kraken.asked import Asked, Directory, Refused
from aurum_plugins.sandbox.kraken.pairs import KRAKEN
from aurum_plugins.sandbox.market import Market, UnknownSymbol
from aurum_plugins.sandbox.venue_view import VenueView

Answer = Callable[[Asked], dict[str, object]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

NEUTRAL = ActiveFaults()
# Path, route name, answer; the last one takes what is left.
ENDPOINTS: tuple[tuple[str, str, Answer], ...] = (
    ("Time", "kraken.time", answers.server_time),
    ("SystemStatus", "kraken.status", answers.system_status),
    ("Assets", "kraken.assets", answers.assets),
    ("AssetPairs", "kraken.pairs", answers.asset_pairs),
    ("Ticker", "kraken.ticker", answers.ticker),
    ("OHLC", "kraken.ohlc", answers.ohlc),
    ("Depth", "kraken.depth", answers.depth),
    ("Trades", "kraken.trades", answers.trades),
    ("{method}", "kraken.unknown", answers.unknown),
)


def routes(market: Market, clock: Clock) -> list[web.RouteDef]:
    """Routes of `/0/public/...`, named `kraken.time`, `kraken.ohlc` and so on.

    Parameters
    ----------
    market : Market
        The underlying market, which Kraken shows with a small basis.
    clock : Clock
        What time it is.
    """
    view = VenueView.of(market, KRAKEN)
    directory = Directory(view)

    def handler(answer: Answer) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            faults = request.get("faults", NEUTRAL)
            body: dict[str, object]
            try:
                asked = Asked(request.query, faults, directory, view, clock.now_ms())
                body = {"error": [], "result": answer(asked)}
            except Refused as refused:
                body = {"error": [refused.error]}
            except UnknownSymbol:
                body = {"error": ["EService:Unavailable"]}
            return web.Response(body=orjson.dumps(body), content_type="application/json")

        return handle

    return [
        web.get(f"/0/public/{path}", handler(answer), name=name) for path, name, answer in ENDPOINTS
    ]
