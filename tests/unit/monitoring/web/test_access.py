from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.clock import DAY_MS, VirtualClock
from aurum_plugins.monitoring.web.access import Access
from aurum_plugins.monitoring.web.asked import Asked
from aurum_plugins.monitoring.web.host_name import HostName, is_loopback
from aurum_plugins.monitoring.web.key_file import KeyFile
from aurum_plugins.monitoring.web.tokens import Tokens
from aurum_plugins.monitoring.web.wrong_attempts import WrongAttempts

NOW_MS = 1_750_000_000_000
PORT = 8090


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW_MS)


@pytest.fixture
def tokens(tmp_path: Path, clock: VirtualClock) -> Tokens:
    return Tokens(KeyFile(tmp_path / "key.json"), clock)


def access(tokens: Tokens, clock: VirtualClock, address: str = "127.0.0.1", **given: Any) -> Access:
    return Access(tokens, WrongAttempts(clock), address, PORT, **given)


def asked(path: str = "/api/bots", method: str = "GET", **changes: Any) -> Asked:
    headers = {"host": ("127.0.0.1:8090",), **changes.pop("headers", {})}
    fields = {"version": "1.1", "peer": "127.0.0.1", "local": "127.0.0.1", **changes}
    return Asked(method=method, path=path, headers=headers, **fields)


def status(access: Access, asked: Asked) -> int:
    refusal = access.refusal(asked)
    return 200 if refusal is None else refusal.status


@pytest.fixture
def open_access(tokens: Tokens, clock: VirtualClock) -> Access:
    return access(tokens, clock)


@pytest.fixture
def outside(tokens: Tokens, clock: VirtualClock) -> Access:
    return access(tokens, clock, "0.0.0.0")  # noqa: S104 - what is tested


@pytest.mark.parametrize(
    "path", ["/api/bots", "/api/bots/x", "/api/health", "/metrics", "/nothing"]
)
@pytest.mark.parametrize(
    "host", ["127.0.0.1:8090", "localhost:8090", "LOCALHOST:8090", "[::1]:8090"]
)
def test_on_loopback_nobody_is_asked(path: str, host: str, open_access: Access) -> None:
    assert status(open_access, asked(path, headers={"host": (host,)})) == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_is_with_get_and_head(method: str, open_access: Access) -> None:
    assert status(open_access, asked(method=method)) == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"peer": "192.168.1.4"},
        {"peer": ""},
        {"peer": "not an address"},
        {"version": "1.0"},
        {"headers": {"host": ("localhost",)}},
        {"headers": {"host": ("localhost:80",)}},
        {"headers": {"host": ("127.0.0.1:9000",)}},
        {"headers": {"x-forwarded-for": ("127.0.0.1",)}},
        {"headers": {"x-forwarded-proto": ("http",)}},
        {"headers": {"forwarded": ("for=127.0.0.1",)}},
        {"headers": {"via": ("1.1 proxy",)}},
        {"headers": {"x-real-ip": ("127.0.0.1",)}},
    ],
)
def test_whoever_may_come_from_elsewhere_needs_a_token(
    changes: dict[str, Any], open_access: Access
) -> None:
    assert status(open_access, asked(**changes)) == 401


def test_on_request_loopback_is_asked_too(tokens: Tokens, clock: VirtualClock) -> None:
    strict = access(tokens, clock, always_ask=True)
    assert strict.needs_tokens
    assert status(strict, asked()) == 401


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.4", "trader1"])  # noqa: S104
def test_bound_to_more_everybody_is_asked(
    address: str, tokens: Tokens, clock: VirtualClock
) -> None:
    assert status(access(tokens, clock, address), asked()) == 401


@pytest.mark.parametrize("path", ["/", "/static/js/main.js", "/api/ping"])
def test_the_shell_its_scripts_and_ping_are_for_everybody(path: str, outside: Access) -> None:
    assert status(outside, asked(path)) == 200


@pytest.mark.parametrize(
    "path",
    ["/static", "/Static/x", "/api/ping/", "/api/pingx", "//static/x", "/sessionx", "/api", "/x"],
)
def test_what_only_looks_public_is_not(path: str, outside: Access) -> None:
    assert status(outside, asked(path)) == 401


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8090",
        "evil.example",
        "127.0.0.1.evil.example:8090",
        "localhost.evil.example",
        "10.0.0.1:8090",
        "[::2]:8090",
    ],
)
def test_another_name_is_not_served_so_that_no_name_can_be_turned_to_us(
    host: str, open_access: Access, outside: Access
) -> None:
    for path in ("/", "/api/bots", "/static/x"):
        assert status(open_access, asked(path, headers={"host": (host,)})) == 421
        assert status(outside, asked(path, headers={"host": (host,)})) == 421


@pytest.mark.parametrize(
    "hosts",
    [(), ("",), ("a b",), ("127.0.0.1:8090", "127.0.0.1:8090"), ("x@127.0.0.1",), ("a:b",), ("[",)],
)
def test_a_host_is_needed_and_only_one(hosts: tuple[str, ...], open_access: Access) -> None:
    assert status(open_access, asked(headers={"host": hosts})) == 400


def test_allowed_names_and_our_own_address_are_served_with_a_token(
    tokens: Tokens, clock: VirtualClock
) -> None:
    named = access(tokens, clock, "0.0.0.0", hosts=("Trader1",))  # noqa: S104 - what is tested
    bearer = {"authorization": (f"Bearer {tokens.issue('anna', DAY_MS)}",)}
    for host in ("trader1:8090", "TRADER1", "192.168.1.4:8090"):
        request = {"host": (host,)}
        local = "192.168.1.4"
        assert status(named, asked(headers=request, local=local)) == 401
        assert status(named, asked(headers={**request, **bearer}, local=local)) == 200


@pytest.mark.parametrize("path", ["/api/bots", "/metrics"])
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": ("cross-site",)},
        {"sec-fetch-site": ("same-site",)},
        {"sec-fetch-site": ("same-origin", "cross-site")},
        {"origin": ("http://evil.example",)},
        {"origin": ("http://localhost:8091",)},
        {"origin": ("null",)},
        {"origin": ("",)},
        {"origin": ("http://127.0.0.1:8090", "http://evil.example")},
    ],
)
def test_other_sites_get_no_figures(
    path: str, headers: dict[str, tuple[str, ...]], open_access: Access
) -> None:
    assert status(open_access, asked(path, headers=headers)) == 403


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_ones_own_site_and_the_address_bar_do(site: str, open_access: Access) -> None:
    headers = {"sec-fetch-site": (site,), "origin": ("http://127.0.0.1:8090",)}
    assert status(open_access, asked(headers=headers)) == 200


def test_a_link_from_another_site_may_lead_to_the_page(open_access: Access) -> None:
    assert status(open_access, asked("/", headers={"sec-fetch-site": ("cross-site",)})) == 200


@pytest.mark.parametrize("path", ["/session", "/session/end"])
def test_what_changes_something_must_be_sent_by_our_own_page(
    path: str, open_access: Access
) -> None:
    own = {"origin": ("http://127.0.0.1:8090",)}
    assert status(open_access, asked(path, "POST", headers=own)) == 200
    tls = {"origin": ("https://127.0.0.1:8090",), "sec-fetch-site": ("same-origin",)}
    assert status(open_access, asked(path, "POST", headers=tls)) == 200
    for headers in (
        {},
        {"origin": ("null",)},
        {"origin": ("http://localhost:8090",)},
        {"origin": ("ftp://127.0.0.1:8090",)},
        {**own, "sec-fetch-site": ("cross-site",)},
        {**own, "sec-fetch-site": ("same-site",)},
    ):
        assert status(open_access, asked(path, "POST", headers=headers)) == 403


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "X"]
)
def test_figures_are_read_and_nothing_else(method: str, open_access: Access) -> None:
    for path in ("/api/bots", "/", "/metrics", "/static/x"):
        refusal = open_access.refusal(asked(path, method))
        assert refusal is not None
        assert (refusal.status, refusal.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_sessions_are_posted_and_nothing_else(method: str, open_access: Access) -> None:
    refusal = open_access.refusal(asked("/session", method))
    assert refusal is not None
    assert (refusal.status, refusal.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../api/bots",
        "/static/..",
        "/../etc/passwd",
        "/api/bots/../../etc/passwd",
        "/static/..\\..\\x",
        "/static/x\x00.js",
        "/api/bots/a\nb",
        "http://127.0.0.1:8090/api/bots",
        "*",
        "",
    ],
)
def test_tricks_with_paths_lead_nowhere(path: str, open_access: Access, outside: Access) -> None:
    assert status(open_access, asked(path)) == 404
    assert status(outside, asked(path)) == 404


def test_a_refusal_of_a_token_says_nothing_about_it(tokens: Tokens, outside: Access) -> None:
    tokens.issue("anna", DAY_MS)
    wrong = {"authorization": ("Bearer wrong",)}
    refusals = [outside.refusal(asked()), outside.refusal(asked(headers=wrong))]
    assert refusals[0] == refusals[1]
    assert refusals[0] is not None
    assert refusals[0].words == "a valid token is needed"
    assert refusals[0].headers == {"WWW-Authenticate": "Bearer"}


@pytest.mark.parametrize(
    "header",
    ["{}", "Token {}", "Basic {}", "Bearer", "Bearer ", "Bearer {}x", "Bearer {0} {0}"],
)
def test_a_token_elsewhere_than_behind_bearer_is_none(
    header: str, tokens: Tokens, outside: Access
) -> None:
    token = tokens.issue("anna", DAY_MS)
    assert status(outside, asked(headers={"authorization": (header.format(token),)})) == 401
    assert status(outside, asked(f"/api/bots?token={token}")) == 401
    twice = {"authorization": (f"Bearer {token}", f"Bearer {token}")}
    assert status(outside, asked(headers=twice)) == 401


def test_the_scheme_may_be_written_in_small_letters(tokens: Tokens, outside: Access) -> None:
    token = tokens.issue("anna", DAY_MS)
    assert status(outside, asked(headers={"authorization": (f"bearer  {token}",)})) == 200


def test_a_session_is_shown_in_a_cookie(tokens: Tokens, outside: Access) -> None:
    session, _ = tokens.begin_session(tokens.issue("anna", DAY_MS))
    for cookie in (f"aurum_session={session}", f"a=b; aurum_session={session}; c=d"):
        assert status(outside, asked(headers={"cookie": (cookie,)})) == 200
    for cookie in (f"aurum_sessions={session}", session, "aurum_session=", "=;,\x01", "a\x00=b"):
        assert status(outside, asked(headers={"cookie": (cookie,)})) == 401
    as_bearer = {"authorization": (f"Bearer {session}",)}
    assert status(outside, asked(headers=as_bearer)) == 401


def test_after_ten_wrong_tokens_a_minute_has_to_pass(
    tokens: Tokens, clock: VirtualClock, outside: Access
) -> None:
    token = tokens.issue("anna", DAY_MS)
    wrong, right = (
        asked(headers={"authorization": (f"Bearer {each}",)}, peer="10.0.0.9")
        for each in ("wrong", token)
    )
    for _ in range(10):
        assert status(outside, wrong) == 401
        clock.advance(1_000)
    refusal = outside.refusal(wrong)
    assert refusal is not None
    assert (refusal.status, refusal.headers["Retry-After"]) == (429, "50")
    # Whoever has the right one is let in all the same: nobody can be locked out by others.
    assert status(outside, right) == 200
    assert outside.too_many("10.0.0.9") is not None
    assert outside.too_many("10.0.0.8") is None
    clock.advance(51_000)
    assert status(outside, wrong) == 401


def test_an_expired_cookie_is_no_attempt(outside: Access) -> None:
    for _ in range(30):
        assert status(outside, asked(headers={"cookie": ("aurum_session=old",)})) == 401


def test_addresses_of_one_network_of_version_6_count_as_one(clock: VirtualClock) -> None:
    attempts = WrongAttempts(clock)
    for number in range(10):
        attempts.note(f"2001:db8:1:2::{number}")
    assert attempts.wait_seconds("2001:db8:1:2:ffff::1") == 60
    assert attempts.wait_seconds("2001:db8:1:3::1") == 0
    for _ in range(10):
        attempts.note("::ffff:10.0.0.1")
    assert attempts.wait_seconds("::ffff:10.0.0.2") == 0


def test_many_peers_take_no_more_memory_than_some(clock: VirtualClock) -> None:
    attempts = WrongAttempts(clock)
    for number in range(3_000):
        attempts.note(f"peer {number}")
    assert len(attempts._times) == 1_024
    assert all(len(times) <= 10 for times in attempts._times.values())


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:10.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - what is tested
        ("::", False),
        ("10.0.0.1", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_what_is_loopback(address: str, *, expected: bool) -> None:
    assert is_loopback(address) is expected


def test_names_of_hosts_are_read() -> None:
    assert HostName.parse("Trader1:9") == HostName("trader1", 9)
    assert HostName.parse("[::1]") == HostName("::1", 80)


@given(text=st.text(max_size=40))
def test_any_text_is_a_host_or_none(text: str) -> None:
    host = HostName.parse(text)
    assert host is None or (host.name == host.name.lower() and "/" not in host.name)


def test_a_scope_is_read_as_it_comes() -> None:
    scope = {
        "method": "GET",
        "path": "/x",
        "http_version": "1.1",
        "client": None,
        "server": ("10.0.0.1", 8090),
        "headers": [(b"Host", b" a "), (b"host", b"b"), (b"x", b"\xff")],
    }
    found = Asked.from_scope(scope)
    assert found.headers == {"host": ("a", "b"), "x": ("ÿ",)}
    assert (found.peer, found.local) == ("", "10.0.0.1")
    assert found.only("host") is None
