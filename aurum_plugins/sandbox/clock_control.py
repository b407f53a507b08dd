"""Moving a virtual clock over HTTP."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aurum_plugins.clock import SECOND_MS, Clock, VirtualClock
from aurum_plugins.sandbox.matching import MatchingEngine


class _Advance(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    advance_s: Annotated[float, Field(ge=0, le=366 * 86_400)]


def clock_routes(clock: Clock, engine: MatchingEngine) -> list[web.RouteDef]:
    """Routes named `sandbox.clock*`, which no fault touches.

    ====  ===============  ==================================================================
    GET   /sandbox/clock   `{"now_ms": ..., "virtual": ...}`
    POST  /sandbox/clock   `{"advance_s": 60}` moves a virtual clock; 409 if it is the wall's
    ====  ===============  ==================================================================
    """

    def state() -> web.Response:
        virtual = isinstance(clock, VirtualClock)
        return web.json_response({"now_ms": clock.now_ms(), "virtual": virtual})

    async def show(_request: web.Request) -> web.Response:
        return state()

    async def advance(request: web.Request) -> web.Response:
        if not isinstance(clock, VirtualClock):
            reason = "the sandbox runs on the wall clock: start it with --virtual-clock"
            return web.json_response({"error": reason}, status=409)
        try:
            move = _Advance.model_validate_json(await request.read())
        except ValidationError as error:
            return web.json_response({"error": str(error)}, status=400)
        engine.advance(clock.advance(round(move.advance_s * SECOND_MS)))
        return state()

    return [
        web.get("/sandbox/clock", show, name="sandbox.clock", allow_head=False),
        web.post("/sandbox/clock", advance, name="sandbox.clock.advance"),
    ]
