"""Simulated news over HTTP, and broken on purpose."""

from __future__ import annotations

import feedparser
import pytest
import requests

from aurum_plugins.sandbox import SandboxConfig, SandboxServer

START = 1_749_126_896_789
TIMEOUT = 5


@pytest.fixture(scope="module")
def server():
    with SandboxServer(SandboxConfig(port=0, history_days=3, clock_start_ms=START)) as made:
        yield made


def test_a_headline_is_posted_and_read(server) -> None:
    address = f"{server.url}/news/rss/coindesk"
    first = requests.get(address, timeout=TIMEOUT)
    assert first.status_code == 200
    condition = {"If-None-Match": first.headers["ETag"]}
    assert requests.get(address, headers=condition, timeout=TIMEOUT).status_code == 304
    told = {"title": "Kraken halts withdrawals", "feed": "coindesk"}
    made = requests.post(f"{server.url}/sandbox/news", json=told, timeout=TIMEOUT)
    assert made.json()["published_ms"] == START
    second = requests.get(address, headers=condition, timeout=TIMEOUT)
    feed = feedparser.parse(second.content)
    assert feed.entries[0].title == told["title"]
    assert feed.entries[0].id == made.json()["id"]


def test_faults_meet_the_feeds_and_not_the_control(server) -> None:
    plan = {
        "seed": 1,
        "rules": [
            {"kind": "rate_limited", "route": "news.*", "count": 1, "retry_after_s": 7},
        ],
    }
    requests.put(f"{server.url}/sandbox/faults", json=plan, timeout=TIMEOUT).raise_for_status()
    control = f"{server.url}/sandbox/news"
    assert requests.post(control, json={"title": "News"}, timeout=TIMEOUT).status_code == 200
    answers = [requests.get(f"{server.url}/news/rss", timeout=TIMEOUT) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [429, 200]
    assert answers[0].headers["Retry-After"] == "7"
    # Prices were left alone.
    assert requests.get(f"{server.url}/api/v3/time", timeout=TIMEOUT).status_code == 200
    requests.delete(f"{server.url}/sandbox/faults", timeout=TIMEOUT)
