"""A collector in its thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from told_posts import ToldSource, new_words_intake

from aurum_plugins.clock import WallClock
from aurum_plugins.database import open_database
from aurum_plugins.market_data.resilience.venue_errors import VenueUnreachable
from aurum_plugins.sentiment.collector import Collector
from aurum_plugins.sentiment.poll_records import PollRecords
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

SOON = 10.0


@pytest.fixture
def collecting(tmp_path: Path) -> Iterator[Callable[..., Collector]]:
    made: list[Collector] = []
    with open_database(f"sqlite:///{tmp_path / 'aurum.sqlite'}") as database:

        def collect(*sources: ToldSource) -> Collector:
            records = PollRecords(SentimentStore(database), new_words_intake(), WallClock())
            settings = SentimentSettings(longest_retry_seconds=1)
            made.append(Collector(sources, settings, records, WallClock()))
            return made[-1]

        yield collect
        for collector in made:
            assert collector.stop()


def test_every_source_is_polled_again_and_again(collecting) -> None:
    sources = [ToldSource(f"rss:{name}", f"BTC {name}", interval_s=0.001) for name in "abc"]
    collector = collecting(*sources)
    assert not collector.running
    assert not collector.wait_for_rounds(1, 0)
    collector.start()
    assert collector.wait_for_rounds(3, SOON)
    assert collector.running
    assert {status.items for status in collector.status()} == {1}
    assert collector.stop()
    assert not collector.running


def test_one_that_hangs_holds_up_neither_the_others_nor_the_end(collecting) -> None:
    go_on = threading.Event()
    slow, other = ToldSource("rss:slow"), ToldSource("rss:other", "BTC a", interval_s=0.001)
    begun = threading.Event()
    slow.fails = [lambda: begun.set() or go_on.wait(30)]
    collector = collecting(slow, other)
    collector.start()
    assert begun.wait(SOON)
    assert other.ended.wait(SOON)
    began = time.monotonic()
    assert collector.stop()
    assert time.monotonic() - began < 5
    go_on.set()
    assert slow.ended.wait(SOON)


def test_it_can_be_begun_anew(collecting) -> None:
    source = ToldSource("rss:a", "BTC a", interval_s=0.001)
    collector = collecting(source)
    for _ in range(3):
        before = collector.status()[0].rounds
        collector.start()
        assert collector.wait_for_rounds(before + 1, SOON)
        assert collector.stop()


def test_nothing_that_goes_wrong_ends_it(collecting, caplog, monkeypatch) -> None:
    source = ToldSource("rss:a", "BTC a", interval_s=0.001)
    source.fails = [VenueUnreachable("rss:a", "posts", "reset"), ValueError("anything")]
    collector = collecting(source)
    monkeypatch.setattr(
        Collector, "_failed", lambda *_: (_ for _ in ()).throw(RuntimeError("our own fault"))
    )
    collector._settings = SentimentSettings.model_construct(poll_seconds=0.001, keep_days=1)
    polled = collector._polled
    faults = [RuntimeError("x"), RuntimeError("x"), RuntimeError("y")]

    async def fail_first(source) -> float:
        if faults:
            raise faults.pop(0)
        return await polled(source)

    monkeypatch.setattr(collector, "_polled", fail_first)
    collector.start()
    assert collector.wait_for_rounds(3, SOON)
    told = [line for line in caplog.messages if line == "rss:a could not be dealt with."]
    # The same one once.
    assert len(told) == 2


def test_without_sources_it_waits_for_its_end(collecting) -> None:
    collector = collecting()
    collector.start()
    assert collector.wait_for_rounds(1, 0)
    assert collector.stop()
