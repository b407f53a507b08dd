"""Reading shocks and moods, bit by bit or all at once, from a database that may fail."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from recorded_news import listen, put, scored, sentiment, shock_at, url_of
from sqlalchemy import delete, make_url

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.database import Database, DatabaseUnavailable, open_database
from aurum_plugins.database.schema import sentiment_items
from aurum_plugins.sentiment.mood_at import MoodAt
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader
from aurum_plugins.trading.news_records import NewsRecords

NOW = 1_795_341_600_000


@pytest.fixture
def store(tmp_path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/aurum.sqlite")
    yield opened
    opened.close()


class CountingReader(SentimentReader):
    """Counts what is asked of it, and fails when it is told to."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.asked: list[tuple[str, int, int]] = []
        self.away = False

    def events(self, first_ms: int, last_ms: int) -> Any:
        self.asked.append(("events", first_ms, last_ms))
        self._fail()
        return super().events(first_ms, last_ms)

    def mentions(self, subject: str, first_ms: int, last_ms: int) -> Any:
        self.asked.append((subject, first_ms, last_ms))
        self._fail()
        return super().mentions(subject, first_ms, last_ms)

    def _fail(self) -> None:
        if self.away:
            raise DatabaseUnavailable("sqlite://", "away")


@pytest.fixture
def reader(store) -> CountingReader:
    return CountingReader(url_of(store))


@pytest.fixture
def records(reader) -> NewsRecords:
    return NewsRecords(reader, sentiment())


def test_a_shock_is_on_once_its_items_were_read(store, records) -> None:
    records.refresh(NOW)
    assert records.on(["*"], NOW) is None
    put(store, *shock_at(NOW + SECOND_MS))
    assert records.on(["*"], NOW + 5 * SECOND_MS) is None
    records.refresh(NOW + 5 * SECOND_MS)
    found = records.on(["*"], NOW + 5 * SECOND_MS)
    assert (found.since_ms, found.items) == (NOW + SECOND_MS, 2)
    assert records.on(["*"], NOW) is None


def test_what_is_of_the_future_is_read_when_it_is_due(store, records) -> None:
    put(store, *shock_at(NOW + MINUTE_MS))
    records.refresh(NOW)
    assert records.on(["*"], NOW + MINUTE_MS) is None
    records.refresh(NOW + MINUTE_MS)
    assert records.on(["*"], NOW + MINUTE_MS) is not None


def test_only_the_last_hour_is_read_again(store, records, reader) -> None:
    put(store, *shock_at(NOW))
    for minute in range(3):
        records.refresh(NOW + minute * MINUTE_MS)
    assert reader.asked == [
        ("events", 0, NOW),
        ("events", NOW - HOUR_MS, NOW + MINUTE_MS),
        ("events", NOW + MINUTE_MS - HOUR_MS, NOW + 2 * MINUTE_MS),
    ]
    assert records.on(["*"], NOW).items == 2


def test_a_day_later_all_is_read_again(store, records, reader) -> None:
    records.refresh(NOW)
    records.refresh(NOW + DAY_MS)
    records.refresh(NOW - SECOND_MS)
    assert [first for _, first, _ in reader.asked] == [0, 0, 0]


def test_what_is_written_late_counts_as_if_it_had_been_there(store, records) -> None:
    put(store, scored(NOW + MINUTE_MS))
    records.refresh(NOW + MINUTE_MS)
    put(store, scored(NOW + SECOND_MS, source="rss:b"))
    records.refresh(NOW + 2 * MINUTE_MS)
    found = records.on(["*"], NOW + 2 * MINUTE_MS)
    assert (found.since_ms, found.items) == (NOW + MINUTE_MS, 2)


def test_what_is_deleted_counts_no_more(store, records) -> None:
    put(store, *shock_at(NOW))
    records.refresh(NOW)
    assert records.on(["*"], NOW) is not None
    with store.writing() as connection:
        connection.execute(delete(sentiment_items))
    records.refresh(NOW + SECOND_MS)
    assert records.on(["*"], NOW + SECOND_MS) is None


def test_a_restart_in_the_middle_changes_nothing(store, reader) -> None:
    one = NewsRecords(reader, sentiment())
    for minute in range(0, 240, 20):
        at = NOW + minute * MINUTE_MS
        put(store, *shock_at(at) if minute in {20, 60} else [scored(at, severity=0.2)])
        one.refresh(at)
        other = NewsRecords(reader, sentiment())
        other.refresh(at)
        assert one.on(["*"], at) == other.on(["*"], at)


class TestAway:
    def test_what_is_known_stays_known_and_it_is_asked_again_a_minute_later(
        self, store, records, reader
    ) -> None:
        put(store, *shock_at(NOW))
        records.refresh(NOW)
        reader.away = True
        records.refresh(NOW + SECOND_MS)
        assert records.fault == "database sqlite://: away"
        asked = len(reader.asked)
        records.refresh(NOW + SECOND_MS + MINUTE_MS - 1)
        assert records.mood("BTC", NOW + 2 * SECOND_MS) == MoodAt()
        assert len(reader.asked) == asked
        assert records.on(["*"], NOW + SECOND_MS) is not None
        reader.away = False
        records.refresh(NOW + SECOND_MS + MINUTE_MS)
        assert records.fault == ""
        assert len(reader.asked) == asked + 1

    def test_what_was_seen_meanwhile_is_read_then(self, store, records, reader) -> None:
        records.refresh(NOW)
        reader.away = True
        records.refresh(NOW + MINUTE_MS)
        put(store, *shock_at(NOW + 2 * MINUTE_MS))
        reader.away = False
        records.refresh(NOW + 5 * HOUR_MS)
        assert records.on(["*"], NOW + 3 * MINUTE_MS) is not None

    def test_there_is_none(self, tmp_path) -> None:
        url = make_url(f"sqlite:///{tmp_path}/none.sqlite")
        records = NewsRecords(SentimentReader(url), sentiment(), backtest=True)
        assert records.recorded(0, NOW) is False
        assert "none.sqlite" in records.fault
        records.refresh(NOW + DAY_MS)
        assert records.on(["*"], NOW) is None
        assert list(tmp_path.iterdir()) == []


class TestMood:
    def test_it_is_of_those_who_spoke_of_the_coin_by_then(self, store, records) -> None:
        told = (scored(NOW - 1, subjects=("BTC",), score=-0.5, severity=None),)
        late = scored(NOW + 1, subjects=("BTC",), score=1.0, severity=None)
        put(store, *told, late, scored(NOW - 1, subjects=("ETH",), score=0.9, severity=None))
        assert records.mood("BTC", NOW).available is False
        listen(store, NOW - HOUR_MS, NOW - MINUTE_MS)
        found = records.mood("BTC", NOW)
        assert (found.mean, found.available) == (pytest.approx(-0.5), True)
        assert found.count == pytest.approx(1.0, abs=1e-6)

    def test_a_backtest_reads_each_coin_once_and_sees_the_same(self, store, reader) -> None:
        for hour in range(-400, 400, 3):
            score = (hour % 7 - 3) / 3
            at = NOW + hour * HOUR_MS
            put(store, scored(at, subjects=("BTC",), score=score, severity=None))
        listen(store, NOW - 300 * HOUR_MS, NOW + 500 * HOUR_MS)
        running, past = (NewsRecords(reader, sentiment(), backtest=kind) for kind in (False, True))
        times = [NOW + hour * HOUR_MS for hour in (-350, -300, 0, 1, 300, 600)]
        expected = [running.mood("BTC", at) for at in times]
        reader.asked.clear()
        assert [past.mood("BTC", at) for at in times] == expected
        assert len(reader.asked) == 1
        assert [mood.available for mood in expected] == [False, True, True, True, True, False]


def test_a_backtest_reads_all_events_once(store, reader) -> None:
    put(store, *shock_at(NOW + DAY_MS))
    past = NewsRecords(reader, sentiment(), backtest=True)
    for hour in range(26):
        past.refresh(NOW + hour * HOUR_MS)
        assert (past.on(["*"], NOW + hour * HOUR_MS) is not None) == (hour in {24, 25})
    assert len(reader.asked) == 1


def test_whether_anything_was_recorded(store, records) -> None:
    assert not records.recorded(NOW, NOW + DAY_MS)
    put(store, scored(NOW + HOUR_MS))
    assert records.recorded(NOW, NOW + DAY_MS)
    assert not records.recorded(NOW, NOW + MINUTE_MS)
    listen(store, NOW, NOW)
    assert records.recorded(NOW, NOW + MINUTE_MS)


def test_it_can_be_pickled(store, records) -> None:
    put(store, *shock_at(NOW))
    records.refresh(NOW)
    copy = pickle.loads(pickle.dumps(records))  # noqa: S301
    assert copy.on(["*"], NOW) == records.on(["*"], NOW)
    copy.refresh(NOW + SECOND_MS)
    assert copy.fault == ""
