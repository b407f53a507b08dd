"""What the monitor answers over HTTP."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from aurum_plugins.clock import Clock, WallClock
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.web.access import PAGE, PING, SESSION, SESSION_END, STATIC, Access
from aurum_plugins.monitoring.web.answers import JSON, json_answer
from aurum_plugins.monitoring.web.documents import Documents
from aurum_plugins.monitoring.web.guard import Guard
from aurum_plugins.monitoring.web.headers import SecureHeaders
from aurum_plugins.monitoring.web.metrics import Metrics
from aurum_plugins.monitoring.web.metrics.metrics import Watched
from aurum_plugins.monitoring.web.page import render_page
from aurum_plugins.monitoring.web.session_routes import SessionRoutes
from aurum_plugins.monitoring.web.static_files import StaticFiles

_READING: Final = ["GET", "HEAD"]
_WORDS: Final = {404: "no such page", 405: "not with this method"}


def new_app(
    monitor: Watched,
    access: Access,
    settings: MonitorSettings | None = None,
    clock: Clock | None = None,
) -> FastAPI:
    """The monitor's page, JSON and metrics.

    Every answer is made of what the monitor has read already, so that none waits for the database.

    Parameters
    ----------
    monitor : Watched
    access : Access
    settings : MonitorSettings, optional
    clock : Clock, optional
        The machine's by default.
    """
    settings = settings or MonitorSettings()
    clock = clock or WallClock()
    documents = Documents(monitor, clock)
    metrics = Metrics(monitor, settings, clock)
    sessions = SessionRoutes(access)
    static = StaticFiles()
    shell = render_page(settings)

    async def page(_: Request) -> Response:
        return HTMLResponse(shell)

    async def static_file(request: Request) -> Response:
        known = request.headers.get("if-none-match", "")
        answer = static.answer(request.path_params["name"], known)
        if answer is None:
            raise HTTPException(404)
        return answer

    async def ping(_: Request) -> Response:
        return json_answer({"status": "pong"})

    async def bots(_: Request) -> Response:
        return json_answer(documents.bots())

    async def bot(request: Request) -> Response:
        document = documents.bot(request.path_params["bot"])
        if document is None:
            raise HTTPException(404)
        return Response(document, media_type=JSON)

    async def health(_: Request) -> Response:
        return json_answer(documents.health())

    async def exposition(request: Request) -> Response:
        content, media_type = metrics.exposition(request.headers.get("accept", ""))
        return Response(content, headers={"Content-Type": media_type})

    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: _refused},
    )
    app.add_route(PAGE, page, _READING)
    app.add_route(f"{STATIC}{{name:path}}", static_file, _READING)
    app.add_route(PING, ping, _READING)
    app.add_route("/api/bots", bots, _READING)
    app.add_route("/api/bots/{bot:path}", bot, _READING)
    app.add_route("/api/health", health, _READING)
    app.add_route("/metrics", exposition, _READING)
    app.add_route(SESSION, sessions.begin, ["POST"])
    app.add_route(SESSION_END, sessions.end, ["POST"])
    app.add_middleware(Guard, access=access)
    # The last one added is the first to be asked: what the guard answers has the headers, too.
    app.add_middleware(SecureHeaders)
    return app


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return json_answer({"error": _WORDS.get(status, "this cannot be answered")}, status)
