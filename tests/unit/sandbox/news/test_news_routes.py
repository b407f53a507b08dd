"""Simulated news, asked for without a socket."""

from __future__ import annotations

import asyncio
import json
from email.utils import parsedate_to_datetime
from typing import Any

import feedparser
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from aurum_plugins.clock import MINUTE_MS, SECOND_MS, VirtualClock
from aurum_plugins.sandbox.faults.active import ActiveFaults
from aurum_plugins.sandbox.news import Newsroom, news_routes

NOW = 1_749_126_896_789

pytestmark = pytest.mark.filterwarnings("ignore::aiohttp.web.NotAppKeyWarning")


class Server:
    """Asks the routes as aiohttp would."""

    def __init__(self) -> None:
        self.clock = VirtualClock(NOW)
        self.newsroom = Newsroom(self.clock, 7)
        self.routes = {route.kwargs["name"]: route for route in news_routes(self.newsroom)}

    def get(self, name: str = "", faults: ActiveFaults | None = None, **headers: str) -> Any:
        route = self.routes["news.feed" if name else "news.rss"]
        path = route.path.replace("{name}", name)
        told = {"Host": "127.0.0.1:8900", **headers}
        request = make_mocked_request("GET", path, told, match_info={"name": name} if name else {})
        request["faults"] = faults or ActiveFaults()
        return asyncio.run(route.handler(request))

    def post(self, body: bytes) -> tuple[int, Any]:
        request = make_mocked_request("POST", "/sandbox/news")
        request._read_bytes = body
        response = asyncio.run(self.routes["sandbox.news"].handler(request))
        return response.status, json.loads(response.body)


@pytest.fixture
def server() -> Server:
    return Server()


def test_a_feed_as_a_reader_sees_it(server) -> None:
    server.newsroom.post("A <b>bold</b> & “quoted” title", "coindesk")
    answer = server.get("coindesk")
    assert (answer.status, answer.content_type) == (200, "application/rss+xml")
    feed = feedparser.parse(answer.body)
    assert not feed.bozo
    assert feed.version == "rss20"
    assert feed.feed.title == "Simulated news: coindesk"
    assert feed.feed.link == "http://127.0.0.1:8900/news/rss/coindesk"
    told = server.newsroom.feed("coindesk")
    assert [entry.id for entry in feed.entries] == [one.headline_id for one in told]
    moments = [parsedate_to_datetime(entry.published).timestamp() for entry in feed.entries]
    assert moments == [one.published_ms // SECOND_MS for one in told]
    assert [entry.title for entry in feed.entries[1:]] == [one.title for one in told[1:]]
    assert b"A &lt;b&gt;bold&lt;/b&gt; &amp; \xe2\x80\x9cquoted\xe2\x80\x9d title" in answer.body


def test_without_a_name(server) -> None:
    answer = server.get()
    assert feedparser.parse(answer.body).feed.title == "Simulated news"


def test_nothing_new(server) -> None:
    first = server.get()
    newest_ms = server.newsroom.feed("")[0].published_ms
    modified = parsedate_to_datetime(first.headers["Last-Modified"]).timestamp()
    assert modified == newest_ms // SECOND_MS
    again = server.get(**{"If-None-Match": f"W/{first.headers['ETag']}"})
    assert (again.status, again.body) == (304, None)
    assert again.headers["ETag"] == first.headers["ETag"]
    server.newsroom.post("News")
    assert server.get(**{"If-None-Match": first.headers["ETag"]}).status == 200


def test_a_venue_that_lags(server) -> None:
    server.newsroom.post("News")
    late = server.get(faults=ActiveFaults(now_shift_ms=-MINUTE_MS))
    assert b">News<" not in late.body
    assert b">News<" in server.get().body


def test_posting(server) -> None:
    status, told = server.post(b'{"title": "Kraken halts withdrawals", "feed": "coindesk"}')
    assert status == 200
    assert told == {"id": f"posted-{NOW}-1", "published_ms": NOW}
    assert b"Kraken halts withdrawals" in server.get("coindesk").body
    assert b"Kraken halts withdrawals" not in server.get("decrypt").body
    server.post('{"title": "Für alle"}'.encode())
    assert "Für alle".encode() in server.get("decrypt").body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"title": ""}',
        b'{"title": "a\\u0000b"}',
        b'{"title": "a\\nb"}',
        b'{"title": 5}',
        b'{"title": "a", "feed": "../x"}',
        b'{"title": "a", "feeds": []}',
        json.dumps({"title": "a" * 501}).encode(),
    ],
)
def test_a_wrong_post_is_refused(server, body) -> None:
    before = server.newsroom.feed("")
    status, told = server.post(body)
    assert status == 400
    assert "validation error" in told["error"]
    assert server.newsroom.feed("") == before


def test_names_tell_what_faults_may_touch(server) -> None:
    table = [route for route in server.routes.values() if isinstance(route, web.RouteDef)]
    named = {(route.method, route.path): route.kwargs["name"] for route in table}
    assert named == {
        ("GET", "/news/rss"): "news.rss",
        ("GET", "/news/rss/{name}"): "news.feed",
        ("POST", "/sandbox/news"): "sandbox.news",
    }
