"""The monitor's server over loopback: raw requests, slow clients, and its end."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

import httpx
import pytest
from watched_bots import BOT, ShownBots, full_snapshot

from aurum_plugins.clock import DAY_MS, WallClock
from aurum_plugins.errors import ConfigurationError, PortInUse
from aurum_plugins.monitoring.web import monitor_server, patient_protocol
from aurum_plugins.monitoring.web.access import Access
from aurum_plugins.monitoring.web.app import new_app
from aurum_plugins.monitoring.web.key_file import KeyFile
from aurum_plugins.monitoring.web.listener import listen
from aurum_plugins.monitoring.web.monitor_server import MonitorServer
from aurum_plugins.monitoring.web.tokens import Tokens
from aurum_plugins.monitoring.web.wrong_attempts import WrongAttempts

# One for all: making a client takes longer than asking.
CLIENT = httpx.Client()
HEAD_SECONDS = 0.3
ANSWER_SECONDS = 0.6


class Served:
    """A server on a free port."""

    def __init__(self, folder: Path, host: str = "127.0.0.1", *, asks: bool = False) -> None:
        self.tokens = Tokens(KeyFile(folder / "key.json"), WallClock())
        now_ms = WallClock().now_ms()
        self.monitor = ShownBots(full_snapshot(now_ms=now_ms))
        listener = listen(host, 0)
        address, self.port = listener.getsockname()[:2]
        attempts = WrongAttempts(WallClock())
        access = Access(self.tokens, attempts, address, self.port, always_ask=asks)
        self.server = MonitorServer(new_app(self.monitor, access), listener)

    def connected(self, peer: str = "127.0.0.1") -> socket.socket:
        connection = socket.create_connection((peer, self.port), timeout=5)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        return connection

    def raw(self, request: bytes, peer: str = "127.0.0.1") -> bytes:
        """Everything that is answered until the connection ends."""
        with self.connected(peer) as connection:
            connection.sendall(request)
            return rest(connection)

    def status(self, line: str, *headers: str, peer: str = "127.0.0.1") -> int:
        own = [] if any(h.lower().startswith("host:") for h in headers) else [f"Host: {self.host}"]
        lines = [line, *own, *headers, "Connection: close", "", ""]
        answer = self.raw("\r\n".join(lines).encode("latin-1"), peer)
        return int(answer.split(b" ", 2)[1])

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


def rest(connection: socket.socket) -> bytes:
    parts = []
    while True:
        try:
            part = connection.recv(65_536)
        except ConnectionError:
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts)


def drip(site: Served, first: bytes, parts: Iterable[bytes]) -> float:
    """Send parts slowly; how many seconds until the connection was cut, which it has to be."""
    began = time.monotonic()
    with site.connected() as connection:
        connection.sendall(first)
        for part in parts:
            try:
                connection.sendall(part)
            except ConnectionError:
                return time.monotonic() - began
            time.sleep(0.05)
    raise AssertionError("never cut")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    site = Served(tmp_path)
    with site.server:
        yield site


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Served]:
    site = Served(tmp_path, asks=True)
    with site.server:
        yield site


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Served]:
    monkeypatch.setattr(patient_protocol, "HEAD_SECONDS", HEAD_SECONDS)
    monkeypatch.setattr(patient_protocol, "ANSWER_SECONDS", ANSWER_SECONDS)
    monkeypatch.setattr(monitor_server, "KEEP_ALIVE_SECONDS", 1)
    site = Served(tmp_path)
    with site.server:
        yield site


def test_this_machine_is_answered(served: Served) -> None:
    answer = CLIENT.get(f"{served.server.url}/api/bots/{BOT}")
    assert answer.json()["bot"] == BOT
    assert "server" not in answer.headers
    assert CLIENT.head(f"{served.server.url}/metrics").content == b""


@pytest.mark.parametrize(
    ("line", "headers", "expected"),
    [
        ("GET /api/bots HTTP/1.1", (), 200),
        ("GET /api/bots HTTP/1.1", ("Host: evil.example",), 421),
        ("GET /api/bots HTTP/1.1", ("Host: 127.0.0.1.evil.example:{port}",), 421),
        ("GET /api/bots HTTP/1.1", ("Host: localhost:{port}",), 200),
        ("GET /api/bots HTTP/1.1", ("Host: localhost:1",), 401),
        ("GET /api/bots HTTP/1.1", ("Host: ",), 400),
        ("GET /api/bots HTTP/1.1", ("Host: a", "Host: b"), 400),
        ("GET /api/bots HTTP/1.0", (), 401),
        ("GET /api/bots HTTP/1.1", ("X-Forwarded-For: 127.0.0.1",), 401),
        ("GET /api/bots HTTP/1.1", ("Forwarded: for=127.0.0.1",), 401),
        ("GET /api/bots HTTP/1.1", ("Via: 1.1 x",), 401),
        ("GET /api/bots HTTP/1.1", ("Sec-Fetch-Site: cross-site",), 403),
        ("GET /api/bots HTTP/1.1", ("Origin: https://evil.example",), 403),
        ("GET /metrics HTTP/1.1", ("Sec-Fetch-Site: same-site",), 403),
        ("POST /session HTTP/1.1", ("Content-Length: 0",), 403),
        ("OPTIONS /api/bots HTTP/1.1", ("Origin: https://evil.example",), 405),
        ("TRACE / HTTP/1.1", (), 405),
        ("CONNECT evil.example:443 HTTP/1.1", (), 405),
        ("GET http://127.0.0.1:{port}/api/bots HTTP/1.1", (), 404),
        ("GET http://evil.example/api/bots HTTP/1.1", (), 404),
        ("GET /static/../api/bots HTTP/1.1", (), 404),
        ("GET /static/%2e%2e/api/bots HTTP/1.1", (), 404),
        ("GET /static/..%2f..%2fpage.py HTTP/1.1", (), 404),
        ("GET /static/..\\..\\page.py HTTP/1.1", (), 404),
        ("GET /static/%00 HTTP/1.1", (), 404),
        ("GET /api/bots/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1", (), 404),
        ("GET //etc/passwd HTTP/1.1", (), 404),
        ("GET /api/bots/%ff HTTP/1.1", (), 404),
        ("GET /api/bots/<script> HTTP/1.1", (), 404),
        ("junk", (), 400),
    ],
)
def test_what_is_asked_is_answered_as_the_rules_say(
    line: str, headers: tuple[str, ...], expected: int, served: Served
) -> None:
    port = str(served.port)
    given = [header.replace("{port}", port) for header in headers]
    assert served.status(line.replace("{port}", port), *given) == expected


def test_an_upgrade_leads_nowhere(served: Served) -> None:
    headers = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x")
    lines = ["GET /ws HTTP/1.1", f"Host: {served.host}", *headers, "", ""]
    with served.connected() as connection:
        connection.sendall("\r\n".join(lines).encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 404")


def test_strangers_get_nothing_and_owners_of_a_token_everything(asking: Served) -> None:
    token = asking.tokens.issue("anna", DAY_MS)
    for path in ("/api/bots", f"/api/bots/{BOT}", "/api/health", "/metrics", "/none"):
        url = f"{asking.server.url}{path}"
        assert CLIENT.get(url).status_code == 401
        assert CLIENT.get(url, headers={"Authorization": "Bearer x"}).status_code == 401
        right = CLIENT.get(url, headers={"Authorization": f"Bearer {token}"}).status_code
        assert right == (404 if path == "/none" else 200)
    asking.tokens._key_file.replace()
    old = {"Authorization": f"Bearer {token}"}
    assert CLIENT.get(f"{asking.server.url}/metrics", headers=old).status_code == 401


def test_bound_to_every_address_this_machine_is_a_stranger_too(tmp_path: Path) -> None:
    site = Served(tmp_path, "0.0.0.0")  # noqa: S104 - what is tested
    with site.server:
        assert site.status("GET /api/bots HTTP/1.1") == 401
        assert site.status("GET / HTTP/1.1") == 200
        assert site.status("GET /api/ping HTTP/1.1") == 200
        token = site.tokens.issue("anna", DAY_MS)
        assert site.status("GET /api/bots HTTP/1.1", f"Authorization: Bearer {token}") == 200


def test_a_browser_session_over_a_socket(asking: Served) -> None:
    token = asking.tokens.issue("anna", DAY_MS)
    with httpx.Client(base_url=asking.server.url) as client:
        own = {"Origin": asking.server.url, "Sec-Fetch-Site": "same-origin"}
        assert client.post("/session", json={"token": token}, headers=own).status_code == 204
        assert client.get("/api/bots").status_code == 200
        assert client.post("/session/end", headers=own).status_code == 204
        assert client.get("/api/bots").status_code == 401


@pytest.mark.parametrize("sent", [b"", b"G", b"GET /api/bots HTTP/1.1\r\nHost: 127"])
def test_who_does_not_finish_asking_is_hung_up_on(sent: bytes, impatient: Served) -> None:
    began = time.monotonic()
    assert impatient.raw(sent) == b""
    assert HEAD_SECONDS * 0.5 < time.monotonic() - began < 3


def test_a_byte_now_and_then_is_no_reason_to_wait_longer(impatient: Served) -> None:
    letters = (bytes([each]) for each in b"GET /api/bots HTTP/1.1\r\nHost: " + b"x" * 200)
    assert drip(impatient, next(letters), letters) < 3


def test_a_body_that_never_comes_is_not_waited_for(impatient: Served) -> None:
    head = (
        f"POST /session HTTP/1.1\r\nHost: {impatient.host}\r\nOrigin: http://{impatient.host}\r\n"
    )
    began = time.monotonic()
    impatient.raw(f"{head}Content-Length: 100\r\n\r\n".encode() + b"{")
    assert time.monotonic() - began < 3


def test_an_endless_body_of_a_question_is_cut_off(impatient: Served) -> None:
    head = f"GET /api/ping HTTP/1.1\r\nHost: {impatient.host}\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert drip(impatient, head.encode(), repeat(b"1\r\nx\r\n", 200)) < 3


def test_who_does_not_take_the_answer_holds_nobody_up(impatient: Served) -> None:
    lagging = [impatient.connected() for _ in range(20)]
    ask = f"GET /static/uplot/uPlot.iife.min.js HTTP/1.1\r\nHost: {impatient.host}\r\n\r\n".encode()
    for connection in lagging:
        connection.sendall(ask * 40)
    began = time.monotonic()
    assert CLIENT.get(f"{impatient.server.url}/api/ping").status_code == 200
    assert time.monotonic() - began < 2
    until = time.monotonic() + 20
    connections = impatient.server._server.server_state.connections
    while connections and time.monotonic() < until:
        time.sleep(0.05)
    assert not connections, "given up"
    for connection in lagging:
        connection.close()


def test_a_head_without_end_is_refused(served: Served) -> None:
    parts = repeat(b"X-A: " + b"a" * 1_000 + b"\r\n", 200)
    assert drip(served, b"GET / HTTP/1.1\r\nHost: x\r\n", parts) < 5


def test_many_ask_at_once(served: Served) -> None:
    def ask(_: int) -> int:
        return CLIENT.get(f"{served.server.url}/api/bots/{BOT}").status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(100))) == {200}


def test_pipelined_questions_are_all_answered(served: Served) -> None:
    ask = f"GET /api/ping HTTP/1.1\r\nHost: {served.host}\r\n".encode()
    answer = served.raw((ask + b"\r\n") * 3 + ask + b"Connection: close\r\n\r\n")
    assert answer.count(b'{"status":"pong"}') == 4


def test_a_script_in_names_is_data(served: Served) -> None:
    script = "<script>alert(1)</script>"
    served.monitor.shown[script] = full_snapshot(script, f"{script}/USDT")
    answer = CLIENT.get(f"{served.server.url}/api/bots/{script.replace('/', '%2F')}")
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.content)["bot"] == script
    assert (
        CLIENT.get(f"{served.server.url}/api/bots").headers["x-content-type-options"] == "nosniff"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_ends_it_as_soon_as_it_is_announced_is_heard(tmp_path: Path, number: int) -> None:
    before = signal.getsignal(number)
    Served(tmp_path).server.run(lambda: signal.raise_signal(number))
    assert signal.getsignal(number) is before


def test_a_port_that_is_taken_is_named(served: Served) -> None:
    with pytest.raises(PortInUse, match=f"127.0.0.1:{served.port} is already in use"):
        listen("127.0.0.1", served.port)


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host", "x" * 300])
def test_an_address_of_another_machine_is_none_to_listen_on(host: str) -> None:
    with pytest.raises(ConfigurationError, match="--host: must be an address of this machine"):
        listen(host, 0)


def test_version_6_of_loopback_is_served(tmp_path: Path) -> None:
    try:
        site = Served(tmp_path, "::1")
    except ConfigurationError:
        pytest.skip("this machine has no IPv6")
    with site.server:
        assert site.server.url == f"http://[::1]:{site.port}"
        assert CLIENT.get(f"{site.server.url}/api/bots").status_code == 200


def test_it_ends_within_a_second_also_with_clients_connected(tmp_path: Path) -> None:
    site = Served(tmp_path)
    with site.server:
        idle = site.connected()
        half = site.connected()
        half.sendall(b"GET / HTTP/1.1\r\n")
        assert CLIENT.get(f"{site.server.url}/api/ping").status_code == 200
        began = time.monotonic()
    assert time.monotonic() - began < 2
    idle.close()
    half.close()
    with pytest.raises(httpx.ConnectError):
        CLIENT.get(f"{site.server.url}/api/ping")


def test_a_port_that_this_user_may_not_take_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    class Strict(socket.socket):
        def bind(self, address: object) -> None:
            raise PermissionError(13, "not allowed")

    monkeypatch.setattr(socket, "socket", Strict)
    with pytest.raises(ConfigurationError, match="--port: must be a port that this user may take"):
        listen("127.0.0.1", 80)
