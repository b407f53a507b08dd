from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aurum_plugins.clock import VirtualClock
from aurum_plugins.monitoring.web import asked as asked_module
from aurum_plugins.monitoring.web.access import Access
from aurum_plugins.monitoring.web.asked import Asked
from aurum_plugins.monitoring.web.guard import Guard
from aurum_plugins.monitoring.web.key_file import KeyFile
from aurum_plugins.monitoring.web.tokens import Tokens
from aurum_plugins.monitoring.web.wrong_attempts import WrongAttempts


@pytest.fixture
def access(tmp_path: Path) -> Access:
    clock = VirtualClock(0)
    tokens = Tokens(KeyFile(tmp_path / "key.json"), clock)
    return Access(tokens, WrongAttempts(clock), "127.0.0.1", 8090)


async def nothing() -> Any:
    return {"type": "http.request"}


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
async def test_only_http_is_served(kind: str, access: Access) -> None:
    sent: list[Any] = []

    async def app(*_: Any) -> None:
        raise AssertionError("reached")

    async def send(message: Any) -> None:
        sent.append(message)

    await Guard(app, access)({"type": kind}, nothing, send)
    assert sent == []


async def test_an_answer_that_breaks_off_is_not_begun_anew(access: Access) -> None:
    sent: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise OSError("gone")

    async def send(message: Any) -> None:
        sent.append(message["type"])

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "http_version": "1.1",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8090),
        "headers": [(b"host", b"127.0.0.1:8090")],
    }
    with pytest.raises(OSError, match="gone"):
        await Guard(app, access)(scope, nothing, send)
    assert sent == ["http.response.start"]


def test_a_cookie_that_cannot_be_read_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise asked_module.CookieError

    monkeypatch.setattr(asked_module, "SimpleCookie", refuse)
    asked = Asked("GET", "/", "1.1", "", "", {"cookie": ("aurum_session=x",)})
    assert asked.session is None
