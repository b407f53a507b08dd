"""A collector that reads feeds over HTTP: a restart, an outage, a refusal, a hanging server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from loopback_feeds import LoopbackFeeds, Story, rss
from loopback_http import Answer, LoopbackServer
from sqlalchemy import select
from told_posts import START_MS, new_words_intake

from aurum_plugins.clock import VirtualClock, WallClock
from aurum_plugins.database import Database, open_database
from aurum_plugins.database.schema import sentiment_items
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitState
from aurum_plugins.sentiment.collector import Collector
from aurum_plugins.sentiment.poll_records import PollRecords
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.sources.rss import RssFeed
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

ONE = "rss:one"
A, B, C = (Story(f"BTC is {how} today", guid=how) for how in ("good", "bad", "here"))


@pytest.fixture
def feeds() -> LoopbackFeeds:
    return LoopbackFeeds(body=rss(B, A), etag='"1"')


@pytest.fixture
def server(feeds: LoopbackFeeds) -> Iterator[LoopbackServer]:
    with feeds.serve() as running:
        yield running


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(f"sqlite:///{tmp_path / 'aurum.sqlite'}") as opened:
        yield opened


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START_MS)


def collector(server, database, clock, names=("one",), timeout_s: float = 5.0) -> Collector:
    sources = [
        RssFeed(name, f"{server.url}/{name}", interval_s=60.0, timeout_s=timeout_s, clock=clock)
        for name in names
    ]
    records = PollRecords(SentimentStore(database), new_words_intake(), clock)
    settings = SentimentSettings(longest_retry_seconds=1, failures_to_open=2)
    return Collector(sources, settings, records, clock, random=Random(1))


def texts(database: Database) -> list[tuple[str, str]]:
    columns = sentiment_items.c
    with database.reading() as connection:
        wanted = select(columns.text, columns.suppressed)
        rows = connection.execute(wanted.order_by(columns.seen_ms, columns.text.desc()))
        return [(row.text, row.suppressed) for row in rows]


async def test_a_restart_asks_for_what_is_new_and_for_nothing_else(
    feeds, server, database, clock
) -> None:
    await collector(server, database, clock).poll(ONE)
    clock.advance(300_000)
    after = collector(server, database, clock)
    await after.poll(ONE)
    assert server.asked[-1].headers["if-none-match"] == '"1"'
    assert after.status()[0].answered_ms == clock.now_ms()
    feeds.body, feeds.etag = rss(C, B, A), '"2"'
    clock.advance(60_000)
    await after.poll(ONE)
    assert texts(database) == [(A.title, ""), (B.title, ""), (C.title, "")]


async def test_an_outage_is_told_and_its_end_too(feeds, server, database, clock) -> None:
    down = collector(server, database, clock)
    feeds.instead = [Answer(503), Answer(503), Answer(503)]
    while down.status()[0].circuit is CircuitState.CLOSED:
        await down.poll(ONE)
    (told,) = down.events.take()
    assert told.startswith("rss:one is silent: 2 failures in a row, the last: rss:one")
    feeds.instead.clear()
    clock.advance(60_000)
    await down.poll(ONE)
    assert down.events.take() == ["rss:one answers again"]
    assert len(texts(database)) == 2


async def test_who_will_not_have_us_is_left_alone(feeds, server, database, clock) -> None:
    refused = collector(server, database, clock)
    feeds.instead = [Answer(403)]
    assert await refused.poll(ONE) > 3_000
    assert len(server.asked) == 1
    (told,) = refused.events.take()
    assert told.startswith("rss:one refused our credentials")


async def test_a_pause_that_the_server_asks_for(feeds, server, database, clock) -> None:
    limited = collector(server, database, clock)
    feeds.instead = [Answer(429, {"Retry-After": "300"})]
    assert await limited.poll(ONE) == pytest.approx(300, abs=1)
    assert len(server.asked) == 1


def test_a_server_that_drips_holds_up_neither_the_other_feed_nor_the_end(
    feeds, server, database
) -> None:
    fresh = replace(A, published_s=time.time())
    whole = Answer(200, {"Content-Type": "application/rss+xml"}, rss(fresh))
    slow = Answer(200, whole.headers, whole.body, drip_s=5.0)
    server.answer = lambda asked: slow if asked.path == "/slow" else whole
    both = collector(server, database, WallClock(), ("slow", "one"), timeout_s=30.0)
    both.start()
    deadline = time.monotonic() + 10
    while both.status()[1].rounds == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert texts(database) == [(A.title, "")]
    began = time.monotonic()
    assert both.stop()
    assert time.monotonic() - began < 5


async def test_the_same_headline_of_two_feeds_counts_once_a_shock_twice(
    feeds, server, database, clock
) -> None:
    shock = Story("A big exchange halts withdrawals of BTC", guid="shock")
    feeds.body = rss(shock, A)
    two = collector(server, database, clock, ("one", "two"))
    await two.poll(ONE)
    await two.poll("rss:two")
    assert sorted(texts(database)) == sorted(
        [(A.title, ""), (A.title, "DUPLICATE"), (shock.title, ""), (shock.title, "")]
    )
