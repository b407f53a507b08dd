"""A collector of what is configured."""

from __future__ import annotations

import pytest

from aurum_plugins.clock import VirtualClock
from aurum_plugins.database import open_database
from aurum_plugins.sentiment.new_collector import new_collector
from aurum_plugins.sentiment.new_intake import new_intake
from aurum_plugins.sentiment.post import Item, Post
from aurum_plugins.sentiment.settings import RedditSettings, SentimentSettings

SETTINGS = SentimentSettings(
    rss={"one": "https://one.example/rss", "two": "https://two.example/rss"},
    reddit=RedditSettings(subreddits=("Bitcoin",)),
)


def test_it_has_what_can_be_asked_and_says_what_cannot() -> None:
    with open_database("sqlite://") as database:
        collector = new_collector(SETTINGS, database, VirtualClock(1), {})
        assert [status.source for status in collector.status()] == ["rss:one", "rss:two"]
        assert not collector.running
        (off,) = collector.off
        assert "AURUM_REDDIT_CLIENT_ID" in off


def test_credentials_come_from_the_environment(monkeypatch) -> None:
    monkeypatch.setenv("AURUM_REDDIT_CLIENT_ID", "id")
    monkeypatch.setenv("AURUM_REDDIT_CLIENT_SECRET", "secret")
    monkeypatch.delenv("AURUM_SANDBOX_URL", raising=False)
    with open_database("sqlite://") as database:
        collector = new_collector(SETTINGS, database)
        assert collector.status()[-1].source == "reddit:Bitcoin"
        assert collector.off == ()


def test_an_intake_understands() -> None:
    text = "Binance halts withdrawals after hackers drained its hot wallet"
    (scored,) = new_intake(SETTINGS).take([Item("rss:one", 1, Post("1", text))])
    assert "@binance" in scored.subjects
    assert scored.event is not None
    assert scored.score < 0
    assert scored.weight == pytest.approx(1.0)
