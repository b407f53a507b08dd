"""What the doctor finds out about sentiment, without asking anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, VirtualClock
from aurum_plugins.database import open_database
from aurum_plugins.doctor.facts import SentimentFacts
from aurum_plugins.doctor.sentiment_facts import sentiment_facts
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

NOW = 1_749_126_896_789
FEEDS = {"a": "https://a.example/feed", "b": "https://b.example/feed"}


@pytest.fixture
def facts(tmp_path: Path):
    def of(environment: dict[str, str] | None = None, **sentiment: Any) -> SentimentFacts:
        config = {"user_data_dir": str(tmp_path), "aurum": {"sentiment": sentiment}}
        return sentiment_facts(config, environment or {}, VirtualClock(NOW))

    return of


@pytest.fixture
def store(tmp_path: Path):
    with open_database(f"sqlite:///{tmp_path}/aurum.sqlite") as database:
        yield SentimentStore(database)


def test_nothing_is_named_or_all_is_switched_off(facts) -> None:
    assert facts() == SentimentFacts()
    assert facts(rss=FEEDS, enabled=False) == SentimentFacts()


def test_no_database_was_made_yet(facts, tmp_path) -> None:
    found = facts(rss=FEEDS, reddit={"subreddits": ["Bitcoin"]})
    assert found.sources == ("rss:a", "rss:b")
    assert len(found.off) == 1
    assert "AURUM_REDDIT_CLIENT_ID" in found.off[0]
    assert "aurum.sqlite" in found.unread
    assert list(tmp_path.iterdir()) == []


def test_credentials_switch_a_source_on_and_are_not_told(facts) -> None:
    secrets = {"AURUM_REDDIT_CLIENT_ID": "IDIDID", "AURUM_REDDIT_CLIENT_SECRET": "SECRETSECRET"}
    found = facts(secrets, reddit={"subreddits": ["Bitcoin"]})
    assert found.sources == ("reddit:Bitcoin",)
    assert found.off == ()
    assert "IDIDID" not in found.model_dump_json()
    assert "SECRETSECRET" not in found.model_dump_json()


def test_an_empty_database(facts, store) -> None:
    found = facts(rss=FEEDS)
    assert (found.answered_ms, found.faults, found.first_ms) == ({}, {}, None)
    assert (found.listening, found.unread) == (False, "")


def test_what_was_written(facts, store) -> None:
    store.add_poll("rss:a", [], cursor={}, at_ms=NOW - DAY_MS)
    store.add_poll("rss:a", [], cursor={}, at_ms=NOW - MINUTE_MS)
    store.add_poll("rss:gone", [], cursor={}, at_ms=NOW - MINUTE_MS)
    store.note(
        "rss:b",
        cursor=None,
        polled_ms=NOW,
        answered_ms=None,
        fault="posts:\n\x1b[31m503",
        new_items=0,
    )
    found = facts(rss=FEEDS)
    assert found.answered_ms == {"rss:a": NOW - MINUTE_MS}
    assert found.faults == {"rss:b": "posts: [31m503"}
    assert found.first_ms == NOW - DAY_MS
    assert found.listening


def test_nobody_listens_any_more(facts, store) -> None:
    store.listened("rss:a", NOW - HOUR_MS)
    assert not facts(rss=FEEDS).listening


def test_a_wrong_address(facts) -> None:
    with pytest.raises(ConfigurationError):
        facts(rss={"a": "no address"})
