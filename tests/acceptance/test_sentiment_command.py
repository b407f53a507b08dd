"""`aurum sentiment` as a user runs it, with the simulated exchange's news."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from aurum_plugins.clock import HOUR_MS, WallClock
from aurum_plugins.sandbox import SandboxConfig, SandboxServer

pytestmark = pytest.mark.acceptance

ROOT = Path(__file__).resolve().parents[2]
AURUM = str(Path(sys.executable).with_name("aurum"))
REPORTS = {
    "coindesk": "Kraken halts withdrawals after hack",
    "decrypt": "BREAKING: Kraken suspends all withdrawals, users locked out",
}


class User:
    """Runs commands in a folder of its own, beside a simulated exchange."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        (folder / "user_data").mkdir()
        config = {
            "add_config_files": [str(ROOT / "configs" / "dry_run.json")],
            "exchange": {"name": "kraken"},
            "aurum": {"sentiment": {"poll_seconds": 10, "longest_retry_seconds": 2}},
        }
        (folder / "user_data" / "config.json").write_text(json.dumps(config))

    def run(self, *arguments: str, status: int = 0) -> str:
        done = subprocess.run(
            [AURUM, "sentiment", *arguments],
            cwd=self.folder,
            env={**os.environ, "AURUM_SANDBOX_URL": self.url, "COLUMNS": "160"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == status, done.stderr
        return done.stdout

    def moods(self, *arguments: str) -> dict[str, Any]:
        told = json.loads(self.run("show", *arguments, "--json"))["moods"]
        return {mood["subject"]: mood for mood in told}


@pytest.fixture
def user(tmp_path, monkeypatch):
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    with SandboxServer(SandboxConfig(port=0, history_days=2)) as server:
        yield User(tmp_path, server.url)


def test_news_are_collected_and_shown(user) -> None:
    for feed, title in REPORTS.items():
        told = {"title": title, "feed": feed}
        requests.post(f"{user.url}/sandbox/news", json=told, timeout=5).raise_for_status()
    shown = user.run("collect", "--minutes", "0.15")
    assert "rss:coindesk" in shown
    assert "Off Reddit is not read: AURUM_SANDBOX_URL is set" in shown
    document = json.loads(user.run("status", "--json"))
    sources = {one["source"]: one for one in document["sources"]}
    # `configs/sentiment.json` names six feeds.
    assert len(sources) == 6
    assert all(one["answered_ms"] and one["items"] and not one["fault"] for one in sources.values())
    moods = user.moods()
    assert all(mood["available"] for mood in moods.values())
    # Two feeds report it of the exchange that is traded on: it concerns every coin.
    assert {mood["shock"]["subject"] for mood in moods.values()} == {"@kraken"}
    shown = user.run("show", "@kraken")
    assert REPORTS["coindesk"] in shown
    assert "withdrawals halted, severity" in shown
    # Another collector goes on where this one ended, and repeats nothing.
    before = {name: one["items"] for name, one in sources.items()}
    user.run("collect", "--minutes", "0.25")
    after = json.loads(user.run("status", "--json"))["sources"]
    assert all(one["items"] - before[one["source"]] <= 1 for one in after)


def test_nobody_answers(user) -> None:
    plan = {"rules": [{"kind": "server_error", "route": "news.*"}]}
    requests.put(f"{user.url}/sandbox/faults", json=plan, timeout=5).raise_for_status()
    user.run("collect", "--minutes", "0.1", status=1)
    assert not any(mood["available"] for mood in user.moods().values())
    assert "503" in user.run("status")


def test_items_are_imported_once(user) -> None:
    now_ms = WallClock().now_ms()
    lines = [
        {"text": "Bitcoin soars to a record high", "seen_at": now_ms - HOUR_MS},
        {"text": "Bitcoin plunges 20% as traders flee", "seen_at": now_ms - HOUR_MS // 3},
        {"text": "Nobody saw it"},
    ]
    file = user.folder / "items.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    assert "nothing: a dry run" in user.run("import", file.name, "--dry-run", status=1)
    assert "2; 0 were there already" in user.run("import", file.name, status=1)
    assert "0; 2 were there already" in user.run("import", file.name, status=1)
    [bitcoin] = user.moods("BTC").values()
    assert bitcoin["available"]
    assert -1 < bitcoin["mean"] < 1
    assert bitcoin["count"] == pytest.approx(2 ** (-1 / 6) + 2 ** (-1 / 18), abs=0.02)
