"""A token in, a cookie out."""

from __future__ import annotations

from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from aurum_plugins.monitoring.web.access import Access, AccessRefusal
from aurum_plugins.monitoring.web.answers import refusal_answer
from aurum_plugins.monitoring.web.asked import COOKIE, Asked
from aurum_plugins.monitoring.web.tokens import TokenRefused

_LARGEST: Final = 4_096
_TOO_LARGE: Final = AccessRefusal(413, "the body is too large")
_NOT_JSON: Final = AccessRefusal(400, 'the body must be JSON such as {"token": "..."}')


class SessionRoutes:
    """Begins and ends the sessions of browsers.

    Parameters
    ----------
    access : Access
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    async def begin(self, request: Request) -> Response:
        """Give a cookie for a valid token."""
        peer = Asked.from_scope(request.scope).peer
        refusal = self._access.too_many(peer)
        if refusal is not None:
            return refusal_answer(refusal)
        body = await _body(request)
        if body is None:
            return refusal_answer(_TOO_LARGE)
        token = _token(body)
        if token is None:
            return refusal_answer(_NOT_JSON)
        try:
            session, seconds = self._access.tokens.begin_session(token)
        except TokenRefused:
            return refusal_answer(self._access.wrong_token(peer))
        return _with_cookie(request, session, seconds)

    async def end(self, request: Request) -> Response:
        """Take the cookie back; it is of no use to anybody any more."""
        token = Asked.from_scope(request.scope).session
        if token is not None:
            self._access.tokens.end_session(token)
        return _with_cookie(request, "", 0)


def _with_cookie(request: Request, value: str, seconds: int) -> Response:
    answer = Response(status_code=204)
    answer.set_cookie(
        COOKIE,
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="strict",
        # The origin's scheme is the browser's own, also where a proxy ends the encryption.
        secure=request.headers["origin"].startswith("https:"),
    )
    return answer


async def _body(request: Request) -> bytes | None:
    """The whole body; None if it is too large."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            return None
    return body


def _token(body: bytes) -> str | None:
    try:
        token = orjson.loads(body)["token"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return token if isinstance(token, str) else None
