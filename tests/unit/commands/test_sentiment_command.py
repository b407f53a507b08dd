"""`aurum sentiment show` and `status`: what they refuse and show."""

from __future__ import annotations

import json
from typing import Any

import pytest
import told_sentiment
from click.testing import Result
from told_sentiment import NOW, scored
from typer.testing import CliRunner

from aurum_plugins.clock import MINUTE_MS, WallClock
from aurum_plugins.commands import sentiment_show, sentiment_status
from aurum_plugins.commands.sentiment import app
from aurum_plugins.database import open_database
from aurum_plugins.database.errors import DatabaseUnavailable
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sentiment.scoring.learned_scorer import LearnedScorer
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

FEEDS = {"coindesk": "https://a.example/feed", "new": "https://b.example/feed"}


class StandingClock(WallClock):
    def now_ms(self) -> int:
        return NOW


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "160"})


def configure(folder, *pairs: str, **sentiment: Any) -> None:
    (folder / "user_data").mkdir(exist_ok=True)
    config = {
        "exchange": {"name": "kraken", "pair_whitelist": list(pairs)},
        "aurum": {"sentiment": {"rss": FEEDS, **sentiment}},
    }
    (folder / "user_data" / "config.json").write_text(json.dumps(config))


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    for name in ("AURUM_DATABASE_URL", "AURUM_SANDBOX_URL", "AURUM_REDDIT_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    for module in (sentiment_show, sentiment_status):
        monkeypatch.setattr(module, "WallClock", StandingClock)
    configure(tmp_path, "BTC/USDT", "SOL/USDT")
    return tmp_path


@pytest.fixture
def store(folder):
    with open_database(f"sqlite:///{folder}/user_data/aurum.sqlite") as database:
        yield SentimentStore(database)


@pytest.fixture
def told(store) -> None:
    told_sentiment.tell(store)


class TestShow:
    def test_every_configured_coin(self, told) -> None:
        result = invoke("show")
        assert result.exit_code == 0, result.output
        lines = [line.split() for line in result.stdout.splitlines() if line.strip()]
        figures = {line[0]: line[1:] for line in lines}
        assert figures["market"][:2] == ["-0.34", "3.5"]
        assert figures["BTC"] == ["+0.42", "1.5", "0.56", "yes", "@kraken"]
        assert figures["SOL"] == ["-", "0", "-", "yes", "@kraken"]
        assert "Shock @kraken: withdrawals halted, since 2025-06-05 12:32:56 UTC" in result.stdout
        assert "(2 min), level 1.96, 2 items; rss:coindesk: Kraken halts" in result.stdout
        assert "Newest items" not in result.stdout

    def test_one_coin_with_its_items(self, store) -> None:
        version = LearnedScorer().version
        item = scored(1, "Bitcoin soars [red]high[/red]\x1b[31m", "*", "BTC", model=version)
        store.add_poll("rss:coindesk", [item], cursor={}, at_ms=NOW - MINUTE_MS)
        result = invoke("show", "btc/usdt")
        assert result.exit_code == 0, result.output
        assert "Newest items" in result.stdout
        assert "Bitcoin soars [red]high[/red] [31m" in result.stdout
        assert "soars +" in result.stdout

    def test_an_exchange(self, told) -> None:
        result = invoke("show", "@kraken")
        assert "Kraken [bold]stops[/bold] withdrawals" in result.stdout
        assert "withdrawals halted, severity 1" in result.stdout
        assert "soars" not in result.stdout

    def test_fewer_and_later_items(self, told) -> None:
        assert "Bitcoin falls" in invoke("show", "BTC").stdout
        assert "Bitcoin falls" not in invoke("show", "BTC", "--last", "1").stdout
        since = "2025-06-05T12:00"
        assert "Bitcoin falls" not in invoke("show", "BTC", "--since", since).stdout

    def test_json(self, told) -> None:
        document = json.loads(invoke("show", "BTC", "--json").stdout)
        assert document["now_ms"] == NOW
        assert document["half_life_minutes"] == 360.0
        [mood] = document["moods"]
        assert (mood["subject"], mood["available"]) == ("BTC", True)
        assert mood["shock"]["kind"] == "withdrawals halted"
        new, old = document["items"]
        assert (new["id"], new["score"], new["suppressed"], new["event"]) == (
            "id-1",
            0.8,
            None,
            None,
        )
        assert old["seen_ms"] == NOW - 400 * MINUTE_MS
        every = json.loads(invoke("show", "--json").stdout)
        assert [mood["subject"] for mood in every["moods"]] == ["*", "BTC", "SOL"]
        assert "items" not in every

    def test_nobody_listens(self, store) -> None:
        assert "nobody listens" in invoke("show").stdout
        [mood] = json.loads(invoke("show", "BTC", "--json").stdout)["moods"]
        assert (mood["available"], mood["mean"], mood["count"]) == (False, None, None)

    def test_without_a_database_none_is_made(self, folder) -> None:
        result = invoke("show")
        assert isinstance(result.exception, DatabaseUnavailable)
        assert "no bot made one yet" in str(result.exception)
        assert not (folder / "user_data" / "aurum.sqlite").exists()

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["two coins"], "COIN: must be a coin such as BTC"),
            (["--since", "2025-06-05"], "--since: must be asked for with a COIN"),
            (["BTC", "--since", "yesterday"], "--since: must be a date or time"),
        ],
    )
    def test_what_is_refused(self, told, arguments, message) -> None:
        error = invoke("show", *arguments).exception
        assert isinstance(error, ConfigurationError)
        assert message in str(error)


class TestStatus:
    def test_sources(self, told) -> None:
        result = invoke("status")
        assert result.exit_code == 0, result.output
        lines = {
            line.split()[0]: line.split() for line in result.stdout.splitlines() if line.strip()
        }
        assert lines["rss:coindesk"] == ["rss:coindesk", "60", "s", "4", "0%", "answered"]
        assert lines["rss:new"][1:] == ["never", "0", "0%", "never", "polled"]
        assert lines["rss:decrypt"][1:] == ["60", "s", "1", "0%", "posts:", "503", "[red]"]
        assert "Off" not in result.stdout

    def test_what_is_off_and_why(self, told, folder) -> None:
        configure(folder, reddit={"subreddits": ["Bitcoin"]})
        assert "Off Reddit is not read" in invoke("status").stdout
        document = json.loads(invoke("status", "--json").stdout)
        assert "AURUM_REDDIT_CLIENT_ID" in document["off"][0]
        assert [one["source"] for one in document["sources"]] == [
            "rss:coindesk",
            "rss:new",
            "rss:decrypt",
        ]
        assert [one["configured"] for one in document["sources"]] == [True, True, False]

    def test_sources_that_are_no_longer_configured(self, store, folder) -> None:
        configure(folder, enabled=False)
        store.add_poll("rss:old", [], cursor={}, at_ms=NOW)
        assert "not configured" in invoke("status").stdout
