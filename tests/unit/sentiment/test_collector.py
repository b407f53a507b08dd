"""A collector, turn by turn, with a clock that stands still."""

from __future__ import annotations

import threading
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select
from told_posts import START_MS, FallibleStore, ToldSource, new_words_intake

from aurum_plugins.clock import DAY_MS, VirtualClock
from aurum_plugins.database import Database, open_database
from aurum_plugins.database.schema import sentiment_coverage, sentiment_items
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitState
from aurum_plugins.market_data.resilience.venue_errors import (
    VenueAnswerRefused,
    VenueFailing,
    VenueLimiting,
    VenueRefuses,
)
from aurum_plugins.sentiment import guarded_source, poll_records
from aurum_plugins.sentiment.collector import JITTER, Collector
from aurum_plugins.sentiment.poll_records import PollRecords
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.sources.credentials_refused import CredentialsRefused

ONE, TWO = "rss:one", "rss:two"


class Bench:
    """Collectors over one database, at one clock."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = VirtualClock(START_MS)
        self.stores: list[FallibleStore] = []

    def collector(self, *sources: ToldSource, **values) -> Collector:
        # One failure is one request.
        settings = SentimentSettings(longest_retry_seconds=1, **{"open_seconds": 30.0, **values})
        self.stores.append(FallibleStore(self.database))
        records = PollRecords(self.stores[-1], new_words_intake(), self.clock)
        return Collector(sources, settings, records, self.clock, random=Random(1))

    def items(self) -> list[tuple[str, str, str, int]]:
        columns = sentiment_items.c
        wanted = (columns.source, columns.text, columns.suppressed, columns.seen_ms)
        with self.database.reading() as connection:
            rows = connection.execute(select(*wanted).order_by(columns.seen_ms, columns.item_id))
            return [tuple(row) for row in rows]

    def texts(self) -> list[str]:
        return [text for _, text, _, _ in self.items()]

    def spans(self) -> list[tuple[str, int, int]]:
        columns = sentiment_coverage.c
        with self.database.reading() as connection:
            return [
                (row.source, row.from_ms - START_MS, row.until_ms - START_MS)
                for row in connection.execute(select(sentiment_coverage).order_by(columns.from_ms))
            ]

    def state(self, source: str = ONE):
        return FallibleStore(self.database).state(source)


@pytest.fixture
def bench(tmp_path: Path):
    with open_database(f"sqlite:///{tmp_path / 'aurum.sqlite'}") as database:
        yield Bench(database)


def around(seconds: float):
    return pytest.approx(seconds, rel=JITTER)


def status(collector: Collector, source: str = ONE):
    return next(one for one in collector.status() if one.source == source)


class TestAnswers:
    async def test_a_poll_is_written_down_whole(self, bench) -> None:
        source = ToldSource(ONE, "good BTC", "hello")
        collector = bench.collector(source)
        assert await collector.poll(ONE) == around(60)
        assert bench.items() == [
            (ONE, "good BTC", "", START_MS),
            (ONE, "hello", "OFF_TOPIC", START_MS),
        ]
        assert bench.spans() == [(ONE, 0, 0)]
        state = bench.state()
        assert (dict(state.cursor), state.polled_ms, state.answered_ms, state.fault) == (
            {"n": 2},
            START_MS,
            START_MS,
            "",
        )
        now = status(collector)
        assert (now.rounds, now.answered_ms, now.items, now.fault) == (1, START_MS, 2, "")
        assert collector.events.take() == []

    async def test_the_next_poll_goes_on_from_the_cursor(self, bench) -> None:
        source = ToldSource(ONE, "BTC a")
        collector = bench.collector(source)
        await collector.poll(ONE)
        source.posts.append("BTC b")
        bench.clock.advance(60_000)
        await collector.poll(ONE)
        assert source.cursors == [{}, {"n": 1}]
        assert bench.texts() == ["BTC a", "BTC b"]
        assert bench.spans() == [(ONE, 0, 60_000)]
        assert status(collector).items == 2

    async def test_a_restart_repeats_nothing_and_remembers_what_was_said(self, bench) -> None:
        await bench.collector(ToldSource(ONE, "good BTC")).poll(ONE)
        bench.clock.advance(120_000)
        again, other = ToldSource(ONE, "good BTC", "bad ETH"), ToldSource(TWO, "Good BTC!")
        collector = bench.collector(again, other)
        await collector.poll(ONE)
        await collector.poll(TWO)
        assert again.cursors == [{"n": 1}]
        assert [(text, why) for _, text, why, _ in bench.items()] == [
            ("good BTC", ""),
            ("bad ETH", ""),
            ("Good BTC!", "DUPLICATE"),
        ]

    async def test_a_source_that_repeats_itself_makes_no_flood(self, bench) -> None:
        source = ToldSource("reddit:Bitcoin", "BTC a", "BTC b")
        source.overlap = 2
        collector = bench.collector(source)
        intake = collector._records._intake
        taken: list[int] = []
        take = intake.take
        intake.take = lambda items: taken.append(len(items)) or take(items)
        for _ in range(3):
            await collector.poll(source.name)
            bench.clock.advance(60_000)
        assert taken == [2, 0, 0]

    async def test_ids_are_remembered_as_long_as_answers_are(self, bench, monkeypatch) -> None:
        monkeypatch.setattr(poll_records, "IDS_KEPT", 2)
        source = ToldSource(ONE, "BTC a", "BTC b", "BTC c")
        collector = bench.collector(source)
        await collector.poll(ONE)
        assert len(collector._records._ids[ONE]) == 3
        source.posts += ["BTC d"]
        bench.clock.advance(60_000)
        await collector.poll(ONE)
        assert list(collector._records._ids[ONE]) == ["rss:one-2", "rss:one-3"]

    async def test_a_text_that_nobody_understands_costs_no_other(self, bench, caplog) -> None:
        source = ToldSource(ONE, "BTC a", "nonsense secret", "absurd BTC", "BTC b")
        collector = bench.collector(source)
        assert await collector.poll(ONE) == around(60)
        assert bench.texts() == ["BTC a", "BTC b"]
        lost = [line for line in caplog.messages if "lost" in line]
        assert lost == [
            "An item of rss:one is lost: RuntimeError",
            "An item of rss:one is lost: ValueError",
        ]

    def test_names_must_differ(self, bench) -> None:
        with pytest.raises(ValueError, match="names of sources must differ, got rss:one twice"):
            bench.collector(ToldSource(ONE), ToldSource(ONE))

    async def test_what_is_old_is_deleted_once_a_day(self, bench) -> None:
        collector = bench.collector(ToldSource(ONE, "BTC a"), keep_days=2)
        await collector.poll(ONE)
        assert await collector.delete_old() == 86_400
        assert bench.texts() == ["BTC a"]
        bench.clock.advance(2 * DAY_MS + 1)
        await collector.delete_old()
        assert bench.texts() == []
        bench.stores[0].away = True
        assert await collector.delete_old() == 3_600


class TestFailures:
    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (CredentialsRefused(ONE, "posts", "401"), "rss:one refused our credentials: 401"),
            (VenueRefuses(ONE, "posts", "404"), "rss:one will not answer: 404"),
        ],
    )
    async def test_who_will_not_have_us_is_asked_again_in_an_hour(self, bench, error, told) -> None:
        source = ToldSource(ONE, "BTC a")
        source.fails = [error, error]
        collector = bench.collector(source)
        for _ in range(2):
            assert await collector.poll(ONE) == around(3_600)
            bench.clock.advance(3_600_000)
        assert len(source.cursors) == 2
        assert collector.events.take() == [told]
        assert (bench.spans(), bench.state().fault) == ([], str(error))
        assert bench.state().answered_ms is None
        await collector.poll(ONE)
        assert collector.events.take() == ["rss:one answers again"]
        assert bench.state().fault == ""

    async def test_who_fails_again_and_again_is_left_alone(self, bench) -> None:
        source = ToldSource(ONE, "BTC a", interval_s=900.0)
        source.fails = [VenueFailing(ONE, "posts", "503") for _ in range(9)]
        collector = bench.collector(source, failures_to_open=9)
        while source.fails:
            assert await collector.poll(ONE) == around(30)
            bench.clock.advance(1_000)
        (told,) = collector.events.take()
        assert told.startswith("rss:one is silent: 9 failures in a row, the last: rss:one")
        assert status(collector).circuit is CircuitState.OPEN
        asked, polled_ms = len(source.cursors), bench.state().polled_ms
        # Not asked, and not written down as if it were.
        assert await collector.poll(ONE) >= 25
        assert (len(source.cursors), bench.state().polled_ms) == (asked, polled_ms)
        assert "the circuit is open" in status(collector).fault
        bench.clock.advance(30_000)
        await collector.poll(ONE)
        assert collector.events.take() == ["rss:one answers again"]
        assert status(collector).circuit is CircuitState.CLOSED
        assert bench.texts() == ["BTC a"]

    async def test_a_pause_that_is_asked_for_is_kept(self, bench) -> None:
        source = ToldSource(ONE)
        source.fails = [VenueLimiting(ONE, "posts", "429", retry_after_s=500.0)]
        collector = bench.collector(source)
        assert await collector.poll(ONE) == 500
        assert len(source.cursors) == 1
        bench.clock.advance(400_000)
        assert await collector.poll(ONE) == 100
        assert len(source.cursors) == 1

    async def test_one_account_pauses_as_one(self, bench) -> None:
        limited, other = ToldSource("reddit:a"), ToldSource("reddit:b")
        limited.fails = [VenueLimiting("reddit:a", "posts", "429", retry_after_s=500.0)]
        collector = bench.collector(limited, other)
        await collector.poll("reddit:a")
        assert await collector.poll("reddit:b") == 500
        assert other.cursors == []
        assert "our own limit" in status(collector, "reddit:b").fault

    async def test_no_pause_is_longer_than_an_hour(self, bench) -> None:
        source = ToldSource(ONE)
        source.fails = [VenueLimiting(ONE, "posts", "429", retry_after_s=1e9)]
        assert await bench.collector(source).poll(ONE) == 3_600

    async def test_what_a_source_should_not_raise_is_a_failure_without_its_text(
        self, bench
    ) -> None:
        source = ToldSource(ONE, "BTC a")
        source.fails = [KeyError("https://secret@host") for _ in range(50)]
        collector = bench.collector(source, failures_to_open=2)
        await collector.poll(ONE)
        assert "KeyError in poll, line" in status(collector).fault
        said = [*collector.events.take(), bench.state().fault, status(collector).fault]
        assert not any("secret" in text for text in said)

    async def test_a_poll_that_hangs_is_not_joined_by_another(self, bench, monkeypatch) -> None:
        monkeypatch.setattr(guarded_source, "GRACE_SECONDS", 0.0)
        go_on = threading.Event()
        source = ToldSource(ONE, "BTC a")
        source.timeout_s = 0.01
        source.fails = [lambda: go_on.wait(10)]
        collector = bench.collector(source, failures_to_open=100)
        await collector.poll(ONE)
        assert "the request before still hangs" in status(collector).fault
        assert len(source.cursors) == 1
        go_on.set()
        assert source.ended.wait(10)


class TestDatabaseLoss:
    async def test_what_was_read_is_kept_and_written_later(self, bench) -> None:
        source = ToldSource(ONE, "BTC a")
        collector = bench.collector(source)
        store = bench.stores[0]
        source.fails = [lambda: setattr(store, "away", True)]
        await bench.collector(ToldSource(TWO)).poll(TWO)
        collector._records._behind = False
        assert await collector.poll(ONE) == around(15)
        bench.clock.advance(15_000)
        assert await collector.poll(ONE) == around(15)
        # It is not asked for more meanwhile, and told once.
        assert len(source.cursors) == 1
        assert collector.events.take() == [
            "sentiment is not written down: database sqlite:///there: it is away"
        ]
        assert status(collector).fault == "database sqlite:///there: it is away"
        assert bench.texts() == []
        store.away = False
        source.posts.append("BTC b")
        bench.clock.advance(15_000)
        assert await collector.poll(ONE) == around(60)
        # Nobody could have known of it before it was written.
        seen = [(text, seen_ms - START_MS) for _, text, _, seen_ms in bench.items()]
        assert seen == [("BTC a", 30_000), ("BTC b", 30_000)]
        assert source.cursors == [{}, {"n": 1}]
        assert bench.spans()[-1] == (ONE, 30_000, 30_000)
        assert collector.events.take() == ["sentiment is written down again"]

    async def test_a_crash_before_it_is_written_costs_nothing(self, bench) -> None:
        source = ToldSource(ONE, "BTC a")
        collector = bench.collector(source)
        source.fails = [lambda: setattr(bench.stores[0], "away", True)]
        await collector.poll(ONE)
        after = ToldSource(ONE, "BTC a")
        await bench.collector(after).poll(ONE)
        assert after.cursors == [{}]
        assert bench.texts() == ["BTC a"]

    async def test_nothing_is_asked_where_the_cursor_cannot_be_read(self, bench) -> None:
        source = ToldSource(ONE, "BTC a")
        collector = bench.collector(source)
        bench.stores[0].away = True
        assert await collector.poll(ONE) == around(15)
        assert source.cursors == []

    async def test_a_source_and_the_database_fail_at_once(self, bench) -> None:
        source = ToldSource(ONE, "BTC a")

        def lose() -> None:
            bench.stores[0].away = True
            raise VenueAnswerRefused(ONE, "posts", "no feed")

        source.fails = [lose]
        collector = bench.collector(source, failures_to_open=100)
        source.fails += [VenueAnswerRefused(ONE, "posts", "no feed") for _ in range(50)]
        assert await collector.poll(ONE) == around(30)
        (told,) = collector.events.take()
        assert told.startswith("sentiment is not written down")
        assert "no feed" in status(collector).fault


class TestTwoCollectors:
    async def test_one_stands_by_while_the_other_polls(self, bench) -> None:
        ours, theirs = ToldSource(ONE, "BTC a"), ToldSource(ONE, "BTC a")
        us, them = bench.collector(ours), bench.collector(theirs)
        await them.poll(ONE)
        bench.clock.advance(20_000)
        assert await us.poll(ONE) == pytest.approx(75 - 20)
        assert status(us).elsewhere
        assert ours.cursors == []
        bench.clock.advance(40_000)
        await them.poll(ONE)
        bench.clock.advance(15_000)
        assert await us.poll(ONE) == pytest.approx(75 - 15)
        assert bench.spans() == [(ONE, 0, 60_000)]

    async def test_it_takes_over_where_the_other_ended(self, bench) -> None:
        ours, theirs = ToldSource(ONE, "BTC a", "BTC b", "btc A BTC"), ToldSource(ONE, "BTC a")
        us, them = bench.collector(ours), bench.collector(theirs)
        await them.poll(ONE)
        bench.clock.advance(75_000)
        assert await us.poll(ONE) == around(60)
        assert ours.cursors == [{"n": 1}]
        assert not status(us).elsewhere
        bench.clock.advance(60_000)
        await us.poll(ONE)
        # Its own polls are nobody else's.
        assert len(ours.cursors) == 2

    async def test_what_the_other_wrote_is_remembered(self, bench) -> None:
        us = bench.collector(ToldSource(ONE, "good BTC"), ToldSource(TWO, "GOOD BTC", "BTC x"))
        them = bench.collector(ToldSource(TWO, "GOOD BTC"))
        await us.poll(ONE)
        await them.poll(TWO)
        bench.clock.advance(75_000)
        await us.poll(TWO)
        assert [why for _, _, why, _ in bench.items()] == ["", "DUPLICATE", ""]

    async def test_a_poll_from_the_future_holds_nobody_up(self, bench) -> None:
        await bench.collector(ToldSource(ONE, "BTC a")).poll(ONE)
        bench.clock._now_ms -= DAY_MS
        source = ToldSource(ONE, "BTC a")
        assert await bench.collector(source).poll(ONE) == around(60)
        assert len(source.cursors) == 1
