"""Requests straight into the application, without a socket."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from watched_bots import BOT, HEALTH, NOW_MS, ShownBots, empty_snapshot, full_snapshot

from aurum_plugins.clock import DAY_MS, VirtualClock
from aurum_plugins.monitoring.web.access import Access
from aurum_plugins.monitoring.web.app import new_app
from aurum_plugins.monitoring.web.headers import CONTENT_SECURITY
from aurum_plugins.monitoring.web.key_file import KeyFile
from aurum_plugins.monitoring.web.tokens import Tokens
from aurum_plugins.monitoring.web.wrong_attempts import WrongAttempts

OWN = {"Origin": "http://127.0.0.1:8090"}


class Site:
    """An application and what it is made of."""

    def __init__(self, folder: Path, **given: Any) -> None:
        self.clock = VirtualClock(NOW_MS)
        self.monitor = ShownBots(full_snapshot(), empty_snapshot("Other (live)"))
        self.tokens = Tokens(KeyFile(folder / "key.json"), self.clock)
        access = Access(self.tokens, WrongAttempts(self.clock), "127.0.0.1", 8090, **given)
        self.app = new_app(self.monitor, access, clock=self.clock)

    def client(self, **given: Any) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, client=("127.0.0.1", 4))
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8090", **given)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def strict(tmp_path: Path) -> Site:
    return Site(tmp_path, always_ask=True)


async def get(site: Site, path: str, **given: Any) -> httpx.Response:
    async with site.client() as client:
        return await client.get(path, **given)


async def test_the_page_is_a_document_that_loads_only_from_here(site: Site) -> None:
    answer = await get(site, "/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<html" in answer.text
    assert "http://" not in answer.text.replace("http://www.w3.org", "")
    assert "https://" not in answer.text


@pytest.mark.parametrize("path", ["/", "/api/bots", "/api/none", "/metrics", "/x", "/session"])
async def test_every_answer_has_the_headers(path: str, site: Site, strict: Site) -> None:
    for each in (site, strict):
        headers = (await get(each, path)).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY
        assert "unsafe" not in CONTENT_SECURITY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert not [name for name in headers if name.startswith("access-control")]
        assert "server" not in headers


async def test_bots_are_listed_with_what_needs_somebody(site: Site) -> None:
    document = (await get(site, "/api/bots")).json()
    assert document["now_ms"] == NOW_MS
    mine, other = document["bots"]
    assert (mine["bot"], mine["open"], mine["loop"]["report"]["loops"]) == (BOT, {"high": 1}, 21)
    assert other == {"bot": "Other (live)", "now_ms": NOW_MS, "loop": None, "open": {}}


async def test_a_bot_is_found_under_its_name(site: Site) -> None:
    answer = await get(site, "/api/bots/Mine%20(dry%20run)")
    assert answer.headers["content-type"] == "application/json"
    document = answer.json()
    assert document["bot"] == BOT
    assert document["account"]["report"]["equity"] == 1_011.5
    assert document["owed"][0]["accrued"] == "2.50"


async def test_a_bot_with_a_slash_in_its_name_is_found_too(site: Site) -> None:
    site.monitor.shown["a/b (live)"] = empty_snapshot("a/b (live)")
    assert (await get(site, "/api/bots/a%2Fb%20(live)")).json()["bot"] == "a/b (live)"


async def test_the_document_follows_the_snapshot(site: Site) -> None:
    first = (await get(site, f"/api/bots/{BOT}")).content
    assert (await get(site, f"/api/bots/{BOT}")).content == first
    site.monitor.shown[BOT] = full_snapshot(unsettled_orders=3)
    assert (await get(site, f"/api/bots/{BOT}")).json()["unsettled_orders"] == 3


@pytest.mark.parametrize(
    "name", ["Nobody", "", "<script>alert(1)</script>", "%2e%2e%2fetc", "a\\b"]
)
async def test_an_unknown_bot_is_not_named_back(name: str, site: Site) -> None:
    answer = await get(site, f"/api/bots/{name}")
    assert answer.status_code == 404
    assert answer.json() == {"error": "no such page"}


async def test_the_health_says_how_the_monitor_does(site: Site) -> None:
    document = (await get(site, "/api/health")).json()
    assert document["is_well"] is True
    assert (document["looks"], document["database_reachable"]) == (30, True)
    site.monitor.is_well = replace(HEALTH, faults={"x": "failed"})
    assert (await get(site, "/api/health")).json()["is_well"] is False
    site.monitor.is_well = replace(HEALTH, at_ms=NOW_MS - 31_000)
    assert (await get(site, "/api/health")).json()["is_well"] is False
    site.monitor.is_well = replace(HEALTH, at_ms=None)
    assert (await get(site, "/api/health")).json()["is_well"] is False


async def test_metrics_come_in_the_format_that_is_asked_for(site: Site) -> None:
    plain = await get(site, "/metrics")
    assert plain.headers["content-type"].startswith("text/plain; version=")
    assert f'aurum_equity_quote{{bot="{BOT}"}} 1011.5\n' in plain.text
    asked = {"Accept": "application/openmetrics-text; version=1.0.0"}
    openmetrics = await get(site, "/metrics", headers=asked)
    assert openmetrics.headers["content-type"].startswith("application/openmetrics-text")
    assert openmetrics.text.endswith("# EOF\n")


async def test_head_is_get_without_a_body(site: Site) -> None:
    async with site.client() as client:
        for path in ("/", "/api/bots", "/metrics", "/static/icon.svg"):
            assert (await client.head(path)).status_code == 200


async def test_neither_documentation_nor_redirects_are_offered(site: Site) -> None:
    for path in ("/docs", "/redoc", "/openapi.json", "/api/bots/", "/metrics/", "/favicon.ico"):
        assert (await get(site, path)).status_code == 404


async def test_a_static_file_is_sent_once(site: Site) -> None:
    first = await get(site, "/static/icon.svg")
    assert first.headers["content-type"] == "image/svg+xml"
    assert first.headers["cache-control"] == "no-cache"
    again = await get(site, "/static/icon.svg", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/none.js",
        "/static/%2e%2e/page.py",
        "/static/..%2f..%2fpage.py",
        "/static/js/%2e%2e/%2e%2e/page.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/icon.svg%00",
        "/static/icon.svg%00.js",
        "/static/..%5c..%5cpage.py",
        "/static/page.py",
        "/static/js",
        "/static/%c0%ae%c0%ae/page.py",
        "/static/ICON.SVG",
        "/templates/monitor.html",
    ],
)
async def test_tricks_with_paths_lead_nowhere(path: str, site: Site) -> None:
    answer = await get(site, path)
    assert answer.status_code == 404
    assert answer.json() == {"error": "no such page"}


async def test_an_error_inside_is_told_to_the_log_alone(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("a secret figure")

    monkeypatch.setattr(site.monitor, "snapshots", broken)
    answer = await get(site, "/api/bots")
    assert answer.status_code == 500
    assert answer.json() == {"error": "something went wrong here; the monitor's log says what"}
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY
    assert "a secret figure" in caplog.text


async def test_a_token_opens_what_nobody_else_sees(strict: Site) -> None:
    token = strict.tokens.issue("prometheus", DAY_MS)
    bearer = {"Authorization": f"Bearer {token}"}
    for path in ("/api/bots", f"/api/bots/{BOT}", "/api/health", "/metrics"):
        refused = await get(strict, path)
        assert refused.status_code == 401
        assert refused.json() == {"error": "a valid token is needed"}
        assert refused.headers["www-authenticate"] == "Bearer"
        assert (await get(strict, path, headers=bearer)).status_code == 200
    strict.clock.advance(DAY_MS)
    assert (await get(strict, "/metrics", headers=bearer)).status_code == 401


async def test_unknown_paths_tell_a_stranger_nothing(strict: Site) -> None:
    for path in ("/api/bots/Nobody", "/docs", "/x", "/templates/monitor.html"):
        assert (await get(strict, path)).status_code == 401
    assert (await get(strict, "/api/ping")).json() == {"status": "pong"}


async def test_a_browser_signs_in_stays_in_and_signs_out(strict: Site) -> None:
    token = strict.tokens.issue("anna", DAY_MS)
    async with strict.client() as client:
        answer = await client.post("/session", json={"token": token}, headers=OWN)
        assert (answer.status_code, answer.content) == (204, b"")
        cookie = answer.headers["set-cookie"]
        for part in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"):
            assert part in cookie
        assert "Secure" not in cookie
        assert token not in cookie
        assert (await client.get("/api/bots")).status_code == 200
        stolen = client.cookies["aurum_session"]
        ended = await client.post("/session/end", headers=OWN)
        assert ended.status_code == 204
        assert "Max-Age=0" in ended.headers["set-cookie"]
        assert (await client.get("/api/bots")).status_code == 401
    kept = {"Cookie": f"aurum_session={stolen}"}
    assert (await get(strict, "/api/bots", headers=kept)).status_code == 401
    async with strict.client() as client:
        assert (await client.post("/session/end", headers=OWN)).status_code == 204


async def test_behind_encryption_the_cookie_stays_behind_it(strict: Site) -> None:
    token = strict.tokens.issue("anna", DAY_MS)
    async with strict.client() as client:
        answer = await client.post(
            "/session", json={"token": token}, headers={"Origin": "https://127.0.0.1:8090"}
        )
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"token=x", 400),
        (b"[]", 400),
        (b"1", 400),
        (b'{"token": 1}', 400),
        (b'{"token": null}', 400),
        (b'{"token": ""}', 401),
        (b'{"token": "wrong"}', 401),
        (b'{"token": "%s"}' % (b"x" * 5_000), 413),
        (b"x" * 1_000_000, 413),
        (b"\xff\xfe", 400),
    ],
)
async def test_a_body_that_is_no_token_begins_nothing(
    body: bytes, status: int, strict: Site
) -> None:
    strict.tokens.issue("anna", DAY_MS)
    async with strict.client() as client:
        answer = await client.post("/session", content=body, headers=OWN)
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers
    assert b"wrong" not in answer.content


async def test_guessing_is_slow(strict: Site) -> None:
    token = strict.tokens.issue("anna", DAY_MS)
    async with strict.client() as client:
        for _ in range(10):
            answer = await client.post("/session", json={"token": "wrong"}, headers=OWN)
            assert answer.status_code == 401
        for tried in ("wrong", token):
            answer = await client.post("/session", json={"token": tried}, headers=OWN)
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
        strict.clock.advance(60_000)
        answer = await client.post("/session", json={"token": token}, headers=OWN)
        assert answer.status_code == 204


async def test_other_sites_can_neither_sign_in_nor_out(strict: Site) -> None:
    token = strict.tokens.issue("anna", DAY_MS)
    async with strict.client() as client:
        for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
            for path in ("/session", "/session/end"):
                answer = await client.post(path, json={"token": token}, headers=headers)
                assert answer.status_code == 403
                assert "set-cookie" not in answer.headers


async def test_a_preflight_is_answered_without_permission(site: Site) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    async with site.client() as client:
        answer = await client.options("/api/bots", headers=asked)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]
