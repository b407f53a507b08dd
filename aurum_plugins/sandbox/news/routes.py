"""Simulated news over HTTP."""

from __future__ import annotations

import hashlib
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aurum_plugins.sandbox.news.newsroom import Newsroom
from aurum_plugins.sandbox.news.rss import http_date, rss

_TYPE = "application/rss+xml"


class _Posted(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    # XML has no place for control characters.
    title: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
    feed: Annotated[str, Field(max_length=100, pattern=r"^[\w.-]*$")] = ""


def news_routes(newsroom: Newsroom) -> list[web.RouteDef]:
    """Routes `news.*`, which faults may hit, and `sandbox.news`, which none does.

    ====  =================  ===================================================================
    GET   /news/rss          RSS 2.0 with an ETag; 304 where it is named in If-None-Match
    GET   /news/rss/{name}   a feed of any name: the same, and what was posted for it alone
    POST  /sandbox/news      `{"title": "...", "feed": "coindesk"}` publishes a headline now;
                             without `feed` every feed has it
    ====  =================  ===================================================================

    Parameters
    ----------
    newsroom : Newsroom
    """

    async def show(request: web.Request) -> web.Response:
        name = request.match_info.get("name", "")
        headlines = newsroom.feed(name, request["faults"].now_shift_ms)
        body = rss(name, str(request.url), headlines)
        headers = {"ETag": f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'}
        if headlines:
            headers["Last-Modified"] = http_date(headlines[0].published_ms)
        if headers["ETag"] in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type=_TYPE, charset="utf-8", headers=headers)

    async def post(request: web.Request) -> web.Response:
        try:
            told = _Posted.model_validate_json(await request.read())
        except ValidationError as error:
            return web.json_response({"error": str(error)}, status=400)
        made = newsroom.post(told.title, told.feed)
        return web.json_response({"id": made.headline_id, "published_ms": made.published_ms})

    return [
        web.get("/news/rss", show, name="news.rss", allow_head=False),
        web.get("/news/rss/{name}", show, name="news.feed", allow_head=False),
        web.post("/sandbox/news", post, name="sandbox.news"),
    ]
