"""The aiohttp middleware through which every request meets its faults."""

from __future__ import annotations

import re
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from aurum_plugins.clock import SECOND_MS, Clock
from aurum_plugins.sandbox.faults.active import ActiveFaults
from aurum_plugins.sandbox.faults.damage import malformed, reset_connection, truncated
from aurum_plugins.sandbox.faults.injector import FaultInjector
from aurum_plugins.sandbox.faults.refusals import refusal
from aurum_plugins.sandbox.faults.rule import FaultRule
from aurum_plugins.sandbox.faults.wire import (
    Banned,
    Dark,
    MalformedJson,
    RateLimited,
    ResetAfter,
    ResetBefore,
    ServerError,
    TruncatedBody,
)

CONTROL_ROUTES = "sandbox."

_Strike = Callable[[Any, web.Request, web.StreamResponse, Clock], Awaitable[web.StreamResponse]]

_NEUTRAL = ActiveFaults()
_SYMBOL_FIELDS = ("symbol", "pair", "product_id")
_FORM = "application/x-www-form-urlencoded"
# Kraken's oldest pairs: XXBTZUSD, XETHZUSD, USDTZUSD.
_KRAKEN_OLD_PAIR = re.compile(r"X?(?P<base>[A-Z]{3,4})Z(?P<quote>[A-Z]{3})")
_KRAKEN_ASSETS = (("XBT", "BTC"), ("XDG", "DOGE"))


def fault_middleware(injector: FaultInjector) -> Middleware:
    """Make the middleware that applies an injector's decisions.

    Each handler finds its `ActiveFaults` in `request["faults"]`. Routes whose name begins with
    `sandbox.` are never touched.

    Parameters
    ----------
    injector : FaultInjector
    """
    # aiohttp recommends typed keys, which its releases before 3.14 do not have.
    warnings.filterwarnings("ignore", category=web.NotAppKeyWarning, module=__name__)

    @web.middleware
    async def meet_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
        request["faults"] = _NEUTRAL
        if injector.plan is None:
            return await handler(request)
        route = _route_of(request)
        if route.startswith(CONTROL_ROUTES):
            return await handler(request)
        clock = injector.clock
        decision = injector.decide(route, await _symbol_of(request))
        await _wait(clock, decision.delay_before_ms)
        if decision.instead is not None:
            return await _strike(decision.instead, request, web.Response(), clock)
        request["faults"] = decision.active
        refused: web.HTTPException | None = None
        response: web.StreamResponse
        try:
            response = await handler(request)
        except web.HTTPException as error:
            response = refused = error
        await _wait(clock, decision.delay_after_ms)
        if decision.spoilt is not None:
            return await _strike(decision.spoilt, request, response, clock)
        if refused is not None:
            raise refused
        return response

    return meet_faults


async def _reset(
    _rule: Any, request: web.Request, _response: web.StreamResponse, _clock: Clock
) -> web.StreamResponse:
    return reset_connection(request)


async def _hang(
    rule: Dark, request: web.Request, _response: web.StreamResponse, clock: Clock
) -> web.StreamResponse:
    await _wait(clock, round(rule.hang_s * SECOND_MS))
    return reset_connection(request)


async def _refuse(
    rule: Any, request: web.Request, _response: web.StreamResponse, clock: Clock
) -> web.StreamResponse:
    return refusal(rule, _route_of(request), clock.now_ms())


async def _malform(
    _rule: Any, _request: web.Request, response: web.StreamResponse, _clock: Clock
) -> web.StreamResponse:
    return malformed(response)


async def _truncate(
    _rule: Any, request: web.Request, response: web.StreamResponse, _clock: Clock
) -> web.StreamResponse:
    return await truncated(request, response)


_STRIKES: dict[type[FaultRule], _Strike] = {
    ResetBefore: _reset,
    ResetAfter: _reset,
    Dark: _hang,
    ServerError: _refuse,
    RateLimited: _refuse,
    Banned: _refuse,
    MalformedJson: _malform,
    TruncatedBody: _truncate,
}


async def _strike(
    rule: FaultRule, request: web.Request, response: web.StreamResponse, clock: Clock
) -> web.StreamResponse:
    return await _STRIKES[type(rule)](rule, request, response, clock)


async def _wait(clock: Clock, delay_ms: int) -> None:
    if delay_ms:
        await clock.sleep(delay_ms / SECOND_MS)


def _route_of(request: web.Request) -> str:
    return request.match_info.route.name or ""


async def _symbol_of(request: web.Request) -> str | None:
    """Find the one symbol that a request is about, spelt like `BTCUSDT`."""
    fields: list[Any] = [request.match_info, request.query]
    if request.content_type == _FORM:
        # aiohttp keeps what was read: the handler can read it again.
        fields.append(await request.post())
    for source in fields:
        for name in _SYMBOL_FIELDS:
            spelling = source.get(name)
            if spelling:
                return _spelt_plainly(str(spelling))
    return None


def _spelt_plainly(spelling: str) -> str:
    plain = spelling.upper().replace("-", "").replace("/", "")
    old = _KRAKEN_OLD_PAIR.fullmatch(plain)
    if old is not None:
        plain = old["base"] + old["quote"]
    for theirs, ours in _KRAKEN_ASSETS:
        plain = plain.replace(theirs, ours)
    return plain
