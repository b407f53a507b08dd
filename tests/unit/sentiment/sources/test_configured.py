from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from aurum_plugins.clock import VirtualClock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.sources.configured import ConfiguredSources, configured_sources

FEEDS = {"rss": {"coindesk": "https://coindesk.example/rss", "a b/c": "http://b.example/"}}
REDDIT = {"reddit": {"subreddits": ["CryptoCurrency", "Bitcoin"]}}
X = {"x": {"queries": {"bitcoin": "$BTC"}}}
REDDIT_KEYS = {"AURUM_REDDIT_CLIENT_ID": "id", "AURUM_REDDIT_CLIENT_SECRET": "hush-reddit"}
X_KEY = {"AURUM_X_BEARER_TOKEN": "hush-x"}


def configured(environment: dict[str, str], **settings: Any) -> ConfiguredSources:
    made = SentimentSettings.model_validate(settings)
    return configured_sources(made, environment, VirtualClock(0))


def names(found: ConfiguredSources) -> list[str]:
    return [source.name for source in found.sources]


def test_all_that_is_named_and_has_credentials_is_read() -> None:
    times = {"poll_seconds": 30.0, "x_poll_seconds": 600.0, "timeout_seconds": 5.0}
    found = configured(REDDIT_KEYS | X_KEY, **FEEDS, **REDDIT, **X, **times)
    assert names(found) == [
        "rss:coindesk",
        "rss:a b/c",
        "reddit:CryptoCurrency",
        "reddit:Bitcoin",
        "x:bitcoin",
    ]
    assert found.off == ()
    assert [source.interval_s for source in found.sources] == [30.0, 30.0, 30.0, 30.0, 600.0]
    assert {source.timeout_s for source in found.sources} == {5.0}
    one, other = found.sources[2:4]
    assert one._client is other._client


def test_what_has_no_credentials_is_off_and_says_what_to_set() -> None:
    found = configured({"AURUM_REDDIT_CLIENT_ID": "id"}, **FEEDS, **REDDIT, **X)
    assert names(found) == ["rss:coindesk", "rss:a b/c"]
    reddit, x = found.off
    assert reddit == (
        "Reddit is not read, its credentials are missing: set AURUM_REDDIT_CLIENT_SECRET "
        "(or client_id and client_secret in aurum.sentiment.reddit)"
    )
    assert x == (
        "X is not read, its credentials are missing: set AURUM_X_BEARER_TOKEN "
        "(or bearer_token in aurum.sentiment.x)"
    )
    (both, _) = configured({"AURUM_REDDIT_CLIENT_ID": "  "}, **REDDIT, **X).off
    assert "AURUM_REDDIT_CLIENT_ID and AURUM_REDDIT_CLIENT_SECRET" in both


def test_credentials_may_stand_in_the_settings_and_the_environment_comes_first() -> None:
    reddit = REDDIT["reddit"] | {"client_id": "own-id", "client_secret": "own-secret"}
    x = X["x"] | {"bearer_token": "own-token"}
    found = configured({"AURUM_REDDIT_CLIENT_ID": "id"}, reddit=reddit, x=x)
    assert found.off == ()
    client = found.sources[0]._client
    assert client._client_id.get_secret_value() == "id"
    assert client._client_secret.get_secret_value() == "own-secret"


def test_what_is_not_named_is_not_missed() -> None:
    assert configured({}) == ConfiguredSources((), ())
    assert configured({}, **FEEDS).off == ()
    assert configured(REDDIT_KEYS, **FEEDS, **REDDIT, enabled=False) == ConfiguredSources((), ())


def test_at_the_sandbox_nobody_else_is_asked() -> None:
    environment = {"AURUM_SANDBOX_URL": "http://127.0.0.1:8900/"} | REDDIT_KEYS | X_KEY
    found = configured(environment, **FEEDS, **REDDIT, **X)
    assert [source._url for source in found.sources] == [
        "http://127.0.0.1:8900/news/rss/coindesk",
        "http://127.0.0.1:8900/news/rss/a%20b%2Fc",
    ]
    assert found.off == (
        "Reddit is not read: AURUM_SANDBOX_URL is set, and the sandbox has none",
        "X is not read: AURUM_SANDBOX_URL is set, and the sandbox has none",
    )


def test_no_secret_is_in_any_text() -> None:
    found = configured(REDDIT_KEYS | X_KEY, **FEEDS, **REDDIT, **X)
    told = f"{found!r}{found.off}" + "".join(str(vars(source)) for source in found.sources)
    assert "hush" not in told


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a.example", "news.example/rss", ""])
def test_an_address_that_is_not_of_the_web(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"aurum\.sentiment\.rss\.a: must begin with http"):
        configured({}, rss={"a": url})


@pytest.mark.parametrize("name", ["r/Bitcoin", "../api/v1/me", "a", "a+b c", ""])
def test_a_subreddit_that_cannot_be(name: str) -> None:
    with pytest.raises(ConfigurationError, match="names of subreddits, without"):
        configured(REDDIT_KEYS, reddit={"subreddits": [name]})


def test_settings_are_read_without_any_client() -> None:
    heavy = "{'praw', 'tweepy', 'feedparser', 'requests'} & set(sys.modules)"
    code = f"import sys, aurum_plugins.sentiment.settings; sys.exit(len({heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["n" * 97, "a\nb"])
def test_a_name_that_the_database_or_a_log_could_not_hold(name: str) -> None:
    with pytest.raises(ConfigurationError, match="printable, and no longer than 100"):
        configured({}, rss={name: "https://a.example"})


def test_a_subreddit_that_is_named_twice_is_read_once() -> None:
    reddit = {"subreddits": ["Bitcoin", "ethereum", "bitcoin"]}
    assert names(configured(REDDIT_KEYS, reddit=reddit)) == ["reddit:Bitcoin", "reddit:ethereum"]
