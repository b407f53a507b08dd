"""The whole of `aurum monitor` in this process, ended by a signal."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from monitor_process import BOT, new_database, show_life

from aurum_plugins.commands.monitor_process import MonitorRequest, run_monitor


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    before = logging.getLogger("alembic").level
    yield
    logging.getLogger("alembic").setLevel(before)


class Visitor:
    """Comes as soon as the page could be opened, looks, and ends the monitor."""

    def __init__(self, number: signal.Signals) -> None:
        self._number = number
        self.seen: dict[str, Any] = {}

    def open(self, url: str) -> None:
        threading.Thread(target=self._visit, args=(url,), daemon=True).start()

    def _visit(self, url: str) -> None:
        with httpx.Client(base_url=url) as client:
            until = time.monotonic() + 20
            while time.monotonic() < until and not self.seen.get("looks"):
                try:
                    self.seen = client.get("/api/health").json()
                except httpx.TransportError:
                    time.sleep(0.05)
            self.seen["bots"] = [each["bot"] for each in client.get("/api/bots").json()["bots"]]
        os.kill(os.getpid(), self._number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_watches_until_a_signal_comes(
    number: signal.Signals,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with new_database(tmp_path) as database:
        show_life(database)
    visitor = Visitor(number)
    monkeypatch.setattr(webbrowser, "open", visitor.open)
    handler = signal.getsignal(number)
    run_monitor({"user_data_dir": str(tmp_path)}, MonitorRequest(port=0, open_page=True))
    assert visitor.seen["bots"] == [BOT]
    assert visitor.seen["alerting"] is True
    assert signal.getsignal(number) is handler
    said = capsys.readouterr().err
    assert "Monitor on http://127.0.0.1:" in said
    assert "none needed from this machine" in said
    assert not [each for each in threading.enumerate() if each.name.startswith("monitor")]


def test_without_alerts_only_one_bot_and_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with new_database(tmp_path) as database:
        show_life(database)
    asked = MonitorRequest(
        port=0, always_ask=True, bot="Another", alerts=False, open_page=True, hosts=("trader1",)
    )

    def end(url: str) -> None:
        threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGTERM)).start()

    monkeypatch.setattr(webbrowser, "open", end)
    run_monitor({"user_data_dir": str(tmp_path)}, asked)
    assert "asked for; `aurum monitor token --days 30` prints one" in capsys.readouterr().err
