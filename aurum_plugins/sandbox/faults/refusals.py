"""How each venue words a refusal that has nothing to do with the request itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.sandbox.faults.rule import FaultRule
from aurum_plugins.sandbox.faults.wire import Banned, RateLimited, ServerError

_Worded = tuple[int, dict[str, Any]]
_Wording = Callable[[Any, int], _Worded]

_UNKNOWN_ERROR = (-1000, "An unknown error occurred while processing the request.")
_TIMEOUT = (
    "Timeout waiting for response from backend server. "
    "Send status unknown; execution status unknown."
)
_BINANCE_5XX = {504: (-1007, _TIMEOUT)}


def _binance_server_error(rule: ServerError, _now_ms: int) -> _Worded:
    code, message = _BINANCE_5XX.get(rule.status, _UNKNOWN_ERROR)
    return rule.status, {"code": code, "msg": message}


def _binance_rate_limited(_rule: RateLimited, _now_ms: int) -> _Worded:
    message = (
        "Too many requests; current limit is 6000 request weight per 1 MINUTE. "
        "Please use WebSocket Streams for live updates to avoid polling the API."
    )
    return 429, {"code": -1003, "msg": message}


def _binance_banned(rule: Banned, now_ms: int) -> _Worded:
    message = (
        "Way too much request weight used; IP banned until "
        f"{now_ms + rule.retry_after_s * SECOND_MS}. "
        "Please use WebSocket Streams for live updates to avoid bans."
    )
    return 418, {"code": -1003, "msg": message}


def _kraken(status: int, error: str) -> _Worded:
    return status, {"error": [error], "result": {}}


def _coinbase(status: int, error: str, message: str) -> _Worded:
    return status, {"error": error, "error_details": message, "message": message}


# Kraken reports its own limits inside an answer of status 200.
_WORDINGS: dict[str, dict[type[FaultRule], _Wording]] = {
    "binance": {
        ServerError: _binance_server_error,
        RateLimited: _binance_rate_limited,
        Banned: _binance_banned,
    },
    "kraken": {
        ServerError: lambda rule, _: _kraken(rule.status, "EService:Unavailable"),
        RateLimited: lambda *_: _kraken(200, "EAPI:Rate limit exceeded"),
        Banned: lambda *_: _kraken(200, "EGeneral:Temporary lockout"),
    },
    "coinbase": {
        ServerError: lambda rule, _: _coinbase(
            rule.status, "internal_server_error", "Internal server error"
        ),
        RateLimited: lambda *_: _coinbase(429, "rate_limit_exceeded", "Rate limit exceeded"),
        Banned: lambda *_: _coinbase(403, "PERMISSION_DENIED", "Address blocked"),
    },
}


def refusal(rule: ServerError | RateLimited | Banned, route: str, now_ms: int) -> web.Response:
    """Refuse in the words of the venue that a route belongs to.

    Parameters
    ----------
    rule : ServerError, RateLimited or Banned
    route : str
        Route name; what stands before its first dot is the venue. An unknown one speaks as
        Binance does.
    now_ms : int
        UTC milliseconds, for a ban's end.
    """
    wordings = _WORDINGS.get(route.partition(".")[0], _WORDINGS["binance"])
    status, body = wordings[type(rule)](rule, now_ms)
    response = web.json_response(body, status=status)
    if isinstance(rule, RateLimited | Banned):
        response.headers["Retry-After"] = str(rule.retry_after_s)
    return response
