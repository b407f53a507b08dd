"""Steering the faults over HTTP, while the sandbox runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from aurum_plugins.sandbox.faults.injector import FaultInjector
from aurum_plugins.sandbox.faults.plan import FaultPlan

_LAST_FIRED = 50


def control_routes(injector: FaultInjector) -> list[web.RouteDef]:
    """Routes named `sandbox.*`, which no fault touches.

    ======  =================  ================================================================
    GET     /sandbox/health    `{"status": "ok", "now_ms": ..., "faults_armed": ...}`
    GET     /sandbox/faults    the plan, counts by kind, the last faults that had an effect
    PUT     /sandbox/faults    arm the plan in the body (JSON); 400 says what is wrong with it
    DELETE  /sandbox/faults    stop all faults
    ======  =================  ================================================================

    Parameters
    ----------
    injector : FaultInjector
    """

    async def health(_request: web.Request) -> web.Response:
        return web.json_response(
            {
                "status": "ok",
                "now_ms": injector.clock.now_ms(),
                "faults_armed": injector.plan is not None,
            }
        )

    async def show(_request: web.Request) -> web.Response:
        return web.json_response(_state(injector))

    async def arm(request: web.Request) -> web.Response:
        try:
            plan = FaultPlan.model_validate_json(await request.read())
        except ValidationError as error:
            return web.json_response(_complaint(error), status=400)
        injector.arm(plan)
        return web.json_response(_state(injector))

    async def disarm(_request: web.Request) -> web.Response:
        injector.disarm()
        return web.json_response(_state(injector))

    return [
        web.get("/sandbox/health", health, name="sandbox.health", allow_head=False),
        web.get("/sandbox/faults", show, name="sandbox.faults", allow_head=False),
        web.put("/sandbox/faults", arm, name="sandbox.faults.arm"),
        web.delete("/sandbox/faults", disarm, name="sandbox.faults.disarm"),
    ]


def _state(injector: FaultInjector) -> dict[str, Any]:
    plan = injector.plan
    return {
        "armed": plan is not None,
        "plan": plan.model_dump(mode="json") if plan else None,
        "counts": injector.counts,
        "last_fired": [asdict(fault) for fault in injector.log[-_LAST_FIRED:]],
    }


def _complaint(error: ValidationError) -> dict[str, Any]:
    return {
        "error": "the fault plan was not accepted; the one before it stays in force",
        "details": error.errors(include_url=False, include_context=False, include_input=False),
    }
