"""One endpoint: from an HTTP request to a handler's answer, or to Binance's refusal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from aurum_plugins.sandbox.binance.authentication import (
    API_KEY_HEADER,
    SIGNING_PARAMETERS,
    authenticate,
)
from aurum_plugins.sandbox.binance.call import NEUTRAL, Answer, Call, SignedCall, Venue
from aurum_plugins.sandbox.binance.errors import BinanceError
from aurum_plugins.sandbox.binance.parameters import Parameters
from aurum_plugins.sandbox.binance.refusals import REFUSALS, as_binance
from aurum_plugins.sandbox.binance.signature import signed_payload
from aurum_plugins.sandbox.binance.weights import Weight

CONTENT_TYPE = "application/json;charset=UTF-8"
HttpHandler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True)
class Endpoint:
    """What Binance's documentation says about one route.

    Attributes
    ----------
    name : str
        Route name, `binance.<x>`.
    method, path : str
    handler : callable
        Answers a `Call`, or a `SignedCall` where `signed`.
    weight : callable
        Request weight, by parameters.
    parameters : frozenset of str or None
        Names that may be sent, apart from those of signing. None: any.
    signed : bool
    counts_orders : bool
        Whether the answer tells how many orders the account has sent.
    """

    name: str
    method: str
    path: str
    handler: Callable[[Any], Answer]
    weight: Weight
    parameters: frozenset[str] | None
    signed: bool = False
    counts_orders: bool = False

    def route(self, venue: Venue) -> web.RouteDef:
        """The aiohttp route."""
        # A GET without HEAD: Binance has none either.
        options = {"allow_head": False} if self.method == "GET" else {}
        return web.RouteDef(
            self.method, self.path, self._serve(venue), {"name": self.name, **options}
        )

    def _serve(self, venue: Venue) -> HttpHandler:
        async def serve(request: web.Request) -> web.Response:
            client = request.remote or "?"
            query = request.raw_path.partition("?")[2]
            body = (await request.read()).decode(errors="surrogateescape")
            headers = {"Content-Type": CONTENT_TYPE}
            try:
                answer = self._answer(venue, request, client, query, body, headers)
                status = 200
            except REFUSALS as refusal:
                error = as_binance(refusal)
                answer, status = error.body, error.status
                if error.retry_after_s is not None:
                    headers["Retry-After"] = str(error.retry_after_s)
            used = str(venue.limits.used_weight(client))
            headers["X-MBX-USED-WEIGHT"] = headers["X-MBX-USED-WEIGHT-1M"] = used
            return web.Response(body=answer, status=status, headers=headers)

        return serve

    def _answer(
        self,
        venue: Venue,
        request: web.Request,
        client: str,
        query: str,
        body: str,
        headers: dict[str, str],
    ) -> bytes:
        try:
            sent = Parameters(query, body)
        except BinanceError:
            venue.limits.charge(client, 1)
            raise
        venue.limits.charge(client, self.weight(sent))
        faults = request.get("faults", NEUTRAL)
        call = Call(venue, sent, faults, venue.clock.now_ms())
        if self.signed:
            account = authenticate(
                venue.engine,
                request.headers.get(API_KEY_HEADER),
                sent,
                signed_payload(query, body),
                call.venue_ms,
            )
            call = SignedCall(venue, sent, faults, call.now_ms, account)
        if self.parameters is not None:
            extra = SIGNING_PARAMETERS if self.signed else frozenset()
            sent.expect(self.parameters | extra)
        answer = self.handler(call)
        if self.counts_orders and isinstance(call, SignedCall):
            short, day = venue.limits.order_counts(call.account.api_key)
            headers["X-MBX-ORDER-COUNT-10S"] = str(short)
            headers["X-MBX-ORDER-COUNT-1D"] = str(day)
        return answer if isinstance(answer, bytes) else orjson.dumps(answer)
