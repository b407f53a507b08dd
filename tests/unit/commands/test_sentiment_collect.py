"""`aurum sentiment collect`: it paints how sources are doing, and ends when it is told to."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.commands import sentiment_collect as module
from aurum_plugins.commands.sentiment import app
from aurum_plugins.commands.sentiment_tables import collecting_table
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitState
from aurum_plugins.sentiment import new_collector
from aurum_plugins.sentiment.source_status import SourceStatus

NOW = 1_749_126_896_789
ANSWERED = SourceStatus("rss:a", answered_ms=NOW, rounds=2, items=1_234)
SILENT = SourceStatus("rss:b", rounds=1, fault="posts: 503 [red]")


class FakeCollector:
    """Has answers to tell, and remembers what it was told to do."""

    def __init__(self, *statuses: SourceStatus) -> None:
        self.statuses = statuses
        self.off = ("Reddit is not read: set AURUM_REDDIT_CLIENT_ID",)
        self.told: list[str] = []

    def status(self) -> tuple[SourceStatus, ...]:
        return self.statuses

    def start(self) -> None:
        self.told.append("start")

    def stop(self) -> None:
        self.told.append("stop")


class Stopwatch:
    """Time that passes only while somebody sleeps."""

    def __init__(self, on_sleep=lambda: None) -> None:
        self.passed = 0.0
        self.on_sleep = on_sleep

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
        self.on_sleep()


def invoke(*arguments: str, **environment: str) -> Result:
    env = {"COLUMNS": "160", **environment}
    return CliRunner().invoke(app, ["collect", *arguments], env=env)


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("AURUM_DATABASE_URL", "AURUM_SANDBOX_URL", "AURUM_REDDIT_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)
    configure(tmp_path, rss={"a": "https://a.example/feed"})
    return tmp_path


@pytest.fixture
def watch(monkeypatch) -> Stopwatch:
    made = Stopwatch()
    monkeypatch.setattr(module, "time", made)
    return made


def configure(folder, **sentiment: Any) -> None:
    (folder / "user_data").mkdir(exist_ok=True)
    config = {"aurum": {"sentiment": sentiment}}
    (folder / "user_data" / "config.json").write_text(json.dumps(config))


def give(monkeypatch, *statuses: SourceStatus) -> FakeCollector:
    made = FakeCollector(*statuses)
    monkeypatch.setattr(new_collector, "new_collector", lambda *_: made)
    return made


def test_it_collects_for_some_minutes(monkeypatch, watch) -> None:
    collector = give(monkeypatch, ANSWERED, SILENT)
    result = invoke("--minutes", "0.05")
    assert result.exit_code == 0, result.output
    assert collector.told == ["start", "stop"]
    assert watch.passed == pytest.approx(3.0)
    # No terminal: only the end is shown.
    assert result.stdout.count("Collecting") == 1
    assert "rss:a" in result.stdout
    assert "posts: 503 [red]" in result.stdout
    assert "Off Reddit is not read: set AURUM_REDDIT_CLIENT_ID" in result.stdout


def test_a_terminal_is_painted_again_and_again(monkeypatch, watch) -> None:
    give(monkeypatch, ANSWERED)
    result = invoke("--minutes", "0.05", FORCE_COLOR="1", TERM="xterm")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("Collecting") >= 3


def test_an_interrupt_ends_it(monkeypatch, watch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    watch.on_sleep = interrupt
    collector = give(monkeypatch, ANSWERED)
    assert invoke().exit_code == 0
    assert collector.told == ["start", "stop"]


@pytest.mark.parametrize(
    ("status", "code"),
    [(SILENT, 1), (ANSWERED, 0), (SourceStatus("rss:a", rounds=1, elsewhere=True), 0)],
)
def test_the_status_says_whether_anybody_answered(monkeypatch, watch, status, code) -> None:
    give(monkeypatch, status)
    assert invoke("--minutes", "1").exit_code == code


def test_the_database_is_made(folder, monkeypatch, watch) -> None:
    give(monkeypatch, ANSWERED)
    invoke("--minutes", "1")
    assert (folder / "user_data" / "aurum.sqlite").exists()


def test_no_source_can_be_asked(monkeypatch, watch) -> None:
    collector = give(monkeypatch)
    error = invoke().exception
    assert isinstance(error, ConfigurationError)
    assert "must leave a source that can be asked; Reddit is not read" in str(error)
    assert collector.told == []


def test_no_source_is_named(folder) -> None:
    configure(folder)
    error = invoke().exception
    assert isinstance(error, ConfigurationError)
    assert error.key == "aurum.sentiment.rss"
    assert not (folder / "user_data" / "aurum.sqlite").exists()


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (SourceStatus("rss:a"), ["rss:a", "waits", "never", "0", "0"]),
        (ANSWERED, ["rss:a", "answers", "5", "s", "1,234", "2"]),
        (SILENT, ["rss:b", "no", "answer", "never", "0", "1", "posts:", "503", "[red]"]),
        (
            SourceStatus("rss:a", CircuitState.OPEN, 9, NOW, 3, "posts: reset\n"),
            ["rss:a", "left", "alone", "5", "s", "3", "9", "posts:", "reset"],
        ),
        (
            SourceStatus("rss:a", CircuitState.HALF_OPEN, 9, NOW),
            ["rss:a", "on", "trial", "5", "s", "0", "9"],
        ),
        (
            SourceStatus("rss:a", elsewhere=True, rounds=4),
            ["rss:a", "polled", "by", "another", "never", "0", "4"],
        ),
    ],
)
def test_states_in_words(status, shown) -> None:
    console = Console(width=120, file=StringIO())
    console.print(collecting_table([status], (), NOW + 5 * SECOND_MS))
    [line] = [line for line in console.file.getvalue().splitlines() if "rss:" in line]
    assert line.split() == shown
