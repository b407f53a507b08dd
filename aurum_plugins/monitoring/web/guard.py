"""Stands before every route: who may not ask is answered here."""

from __future__ import annotations

import logging
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aurum_plugins.monitoring.web.access import Access
from aurum_plugins.monitoring.web.answers import json_answer, refusal_answer
from aurum_plugins.monitoring.web.asked import Asked

logger = logging.getLogger(__name__)

_FAILED: Final = "something went wrong here; the monitor's log says what"


class Guard:
    """Lets pass what `Access` allows, and turns an error behind it into an answer without detail.

    Parameters
    ----------
    app : ASGI application
    access : Access
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            # Nothing else is served.
            return
        refusal = self._access.refusal(Asked.from_scope(scope))
        if refusal is not None:
            await refusal_answer(refusal)(scope, receive, send)
            return
        is_started = False

        async def noted(message: Message) -> None:
            nonlocal is_started
            is_started = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            if is_started:
                raise
            logger.exception("A request could not be answered")
            await json_answer({"error": _FAILED}, 500)(scope, receive, send)
