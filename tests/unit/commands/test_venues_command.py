"""`aurum venues`: what it refuses, shows and repaints, and with which status it ends."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import Any

import pytest
import typer
from click.testing import Result
from told_quotes import NOW, PAIR, quote
from typer.testing import CliRunner
from venues_board import BoardFeed

from aurum_plugins.clock import WallClock
from aurum_plugins.commands import venues as module
from aurum_plugins.commands import venues_asking
from aurum_plugins.database import open_database
from aurum_plugins.database.errors import DatabaseUnavailable
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.trading.venue_log import VenueLog

app = typer.Typer()
app.command()(module.venues)
SOURCES = {"binance": {}, "coinbase": {"currencies": ["USD"]}, "kraken": {"currencies": ["USD"]}}


class StandingClock(WallClock):
    def now_ms(self) -> int:
        return NOW


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "160"})


@pytest.fixture
def feed(monkeypatch, tmp_path) -> BoardFeed:
    """Three venues that agree on Bitcoin, and a configuration that names them."""
    made = BoardFeed(PAIR, "ETH/USDT")
    made.agree(binance=100.0, coinbase=100.0, kraken=100.0)
    made.asked: list[Any] = []

    @contextmanager
    def asking(request, *, hurried: bool):
        made.asked.append((request.pairs, hurried))
        yield made
        made.asked.append("ended")

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    monkeypatch.setattr(venues_asking, "asking", asking)
    monkeypatch.setattr(
        venues_asking, "wait_until_known", lambda _, seconds: made.asked.append(seconds)
    )
    monkeypatch.setattr(module, "WallClock", StandingClock)
    configure(tmp_path, PAIR)
    return made


def configure(folder, *whitelist: str, **venues: Any) -> None:
    (folder / "user_data").mkdir(exist_ok=True)
    config = {
        "exchange": {"pair_whitelist": list(whitelist)},
        "aurum": {"venues": {"sources": SOURCES, **venues}},
    }
    (folder / "user_data" / "config.json").write_text(json.dumps(config))


def test_it_asks_for_the_whitelist(feed) -> None:
    result = invoke()
    assert result.exit_code == 0, result.output
    assert feed.asked == [((PAIR,), True), 30.0, "ended"]
    assert "binance, coinbase, kraken" in result.stdout
    assert "How bots see the venues is not known: database" in result.stderr
    assert "no bot made one yet" in result.stderr


def test_a_pair_without_a_consensus(feed) -> None:
    result = invoke("BTC/USDT", "ETH/USDT", "--seconds", "3")
    assert result.exit_code == 1
    assert feed.asked == [((PAIR, "ETH/USDT"), True), 3.0, "ended"]
    assert "no venue quotes the pair; listed by none that answered" in result.stdout


def test_json_is_one_document_on_standard_output(feed, tmp_path) -> None:
    configure(tmp_path, PAIR, ".*/BTC")
    result = invoke("--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["is_well"] is True
    assert told["now_ms"] == NOW
    assert told["skipped"] == [".*/BTC"]
    assert "being no spot pairs but patterns or contracts: .*/BTC" in result.stderr


def test_own_quotes_are_shown_when_asked_for(feed) -> None:
    assert "What each says" in invoke("--quotes").stdout
    assert "What each says" not in invoke().stdout


def test_json_cannot_be_watched(feed) -> None:
    error = invoke("--watch", "--json").exception
    assert isinstance(error, ConfigurationError)
    assert str(error) == "--json: cannot be asked for with --watch (got True)"
    assert feed.asked == []


def test_without_venues_nobody_is_asked(feed, tmp_path) -> None:
    configure(tmp_path, PAIR, enabled=False)
    error = invoke().exception
    assert isinstance(error, ConfigurationError)
    assert error.key == "aurum.venues.enabled"
    assert feed.asked == []


class Stopwatch:
    """Time that passes only while somebody sleeps."""

    def __init__(self, on_sleep) -> None:
        self.passed = 0.0
        self.on_sleep = on_sleep

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
        self.on_sleep()


def test_watching_for_some_seconds_shows_the_end(feed, monkeypatch) -> None:
    rounds: list[int] = []

    def ether() -> None:
        rounds.append(1)
        for venue in ("binance", "coinbase"):
            feed.answer(venue, quote(venue, 7.0, "ETH/USDT"))

    watch = Stopwatch(ether)
    monkeypatch.setattr(module, "time", watch)
    result = invoke("ETH/USDT", "--watch", "--seconds", "2.5")
    assert result.exit_code == 0, result.output
    assert len(rounds) == 3
    assert watch.passed == 2.5
    assert feed.asked == [(("ETH/USDT",), False), "ended"]
    assert "binance, coinbase" in result.stdout


def test_watching_ends_with_an_interrupt(feed, monkeypatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "time", Stopwatch(interrupt))
    result = invoke("ETH/USDT", "--watch")
    assert result.exit_code == 1
    assert feed.asked[-1] == "ended"
    assert "no venue quotes the pair" in result.stdout


def test_what_a_bot_wrote_is_below(feed, tmp_path) -> None:
    with open_database(f"sqlite:///{tmp_path}/user_data/aurum.sqlite") as database:
        VenueLog(database, "Mine (dry run)", "1h").note_health(NOW, feed.health, ())
    for arguments in ((), ("--bot", "Mine")):
        result = invoke(*arguments)
        assert result.exit_code == 0, result.output
        assert "As Mine (dry run) saw them 0 s ago" in result.stdout
        assert result.stderr == ""
    told = json.loads(invoke("--json").stdout)
    assert [bot["bot"] for bot in told["bots"]] == ["Mine (dry run)"]
    assert isinstance(invoke("--bot", "Nobody").exception, ConfigurationError)


def test_a_bot_is_asked_about_and_there_is_no_database(feed) -> None:
    result = invoke("--bot", "Mine")
    assert isinstance(result.exception, DatabaseUnavailable)
    assert feed.asked == []
