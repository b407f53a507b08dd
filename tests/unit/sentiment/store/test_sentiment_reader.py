"""What is read, as of a time."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from seen_items import HACK, seen_item
from sqlalchemy import URL, text, update

from aurum_plugins.database import DatabaseUnavailable, open_database
from aurum_plugins.database.schema import sentiment_items
from aurum_plugins.sentiment.scored_item import Event, EventKind, Suppression
from aurum_plugins.sentiment.store import sentiment_reader
from aurum_plugins.sentiment.store.patience import PATIENCE_MS
from aurum_plugins.sentiment.store.recorded_event import RecordedEvent
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

EVER = 10**15


def spans(coverage) -> list[tuple[int, int]]:
    return list(zip(coverage.from_ms.tolist(), coverage.until_ms.tolist(), strict=True))


class TestMentions:
    def test_in_order_of_the_time_seen_with_their_types(self, store, reader) -> None:
        store.add(
            [
                seen_item(30, "3", score=-1.0, weight=0.5),
                seen_item(10, "1", score=0.125, weight=2.0),
                seen_item(20, "2", subjects=("*", "ETH")),
            ]
        )
        found = reader.mentions("BTC", 0, EVER)
        assert (found.seen_ms.dtype, found.score.dtype) == (np.int64, np.float64)
        assert found.seen_ms.tolist() == [10, 30]
        assert found.score.tolist() == [0.125, -1.0]
        assert found.weight.tolist() == [2.0, 0.5]
        assert reader.mentions("*", 0, EVER).seen_ms.tolist() == [10, 20, 30]
        for array in (found.seen_ms, found.score, found.weight):
            assert array.flags.c_contiguous

    def test_both_ends_are_included(self, store, reader) -> None:
        store.add([seen_item(at, str(at)) for at in range(5)])
        assert reader.mentions("BTC", 1, 3).seen_ms.tolist() == [1, 2, 3]

    def test_none(self, reader) -> None:
        found = reader.mentions("BTC", 0, EVER)
        assert [len(found.seen_ms), len(found.score), len(found.weight)] == [0, 0, 0]
        assert found.seen_ms.dtype == np.int64

    def test_those_of_the_same_time_are_in_the_same_order_always(self, store, reader) -> None:
        for number in (3, 1, 2):
            store.add([seen_item(7, str(number), score=number / 10)])
        assert reader.mentions("BTC", 0, EVER).score.tolist() == [0.1, 0.2, 0.3]


class TestCoverage:
    def test_of_all_sources_together(self, store, reader) -> None:
        p = PATIENCE_MS
        store.listened_between("rss:a", 0, 2 * p)
        store.listened_between("rss:b", p, 4 * p)
        store.listened_between("rss:c", 5 * p, 6 * p)
        store.listened_between("rss:a", 8 * p, 9 * p)
        # As for one source, a pause no longer than we are patient is none.
        assert spans(reader.coverage(0, EVER)) == [(0, 6 * p), (8 * p, 9 * p)]
        assert spans(reader.coverage(0, EVER, "rss:b")) == [(p, 4 * p)]
        assert reader.coverage(0, EVER).from_ms.dtype == np.int64

    def test_one_span_inside_of_another(self, store, reader) -> None:
        store.listened_between("rss:a", 0, 100)
        store.listened_between("rss:b", 10, 20)
        assert spans(reader.coverage(0, EVER)) == [(0, 100)]

    def test_none_ends_later_than_was_asked_for(self, store, reader) -> None:
        store.listened_between("rss:a", 10, 100)
        store.listened_between("rss:b", 51, 60)
        assert spans(reader.coverage(0, 50)) == [(10, 50)]
        assert spans(reader.coverage(0, 10)) == [(10, 10)]
        assert spans(reader.coverage(0, 9)) == []

    def test_a_span_that_is_still_waited_for_is_there(self, store, reader) -> None:
        store.listened_between("rss:a", 0, 10)
        assert spans(reader.coverage(10 + PATIENCE_MS, EVER)) == [(0, 10)]
        assert spans(reader.coverage(11 + PATIENCE_MS, EVER)) == []

    def test_none(self, reader) -> None:
        assert reader.coverage(0, EVER).until_ms.shape == (0,)


class TestEvents:
    def test_those_that_count_in_order(self, store, reader) -> None:
        crash = Event(EventKind.CRASH, 0.5)
        store.add(
            [
                seen_item(30, "3", event=crash, subjects=(), text="down"),
                seen_item(10, "1", "rss:b", event=HACK, weight=2.0, text="drained"),
                seen_item(20, "2"),
                seen_item(20, "4", event=HACK, suppressed=Suppression.DUPLICATE),
                seen_item(20, "5", event=HACK, weight=0.0),
            ]
        )
        assert reader.events(0, EVER) == [
            RecordedEvent(10, "rss:b", "drained", ("*", "BTC"), HACK, 2.0),
            RecordedEvent(30, "rss:a", "down", (), crash, 1.0),
        ]

    def test_both_ends_are_included(self, store, reader) -> None:
        store.add([seen_item(at, str(at), event=HACK) for at in range(5)])
        assert [event.seen_ms for event in reader.events(1, 3)] == [1, 2, 3]

    @pytest.mark.parametrize("kind", EventKind)
    def test_every_kind(self, store, reader, kind) -> None:
        store.add([seen_item(1, event=Event(kind, 0.25))])
        assert [event.event for event in reader.events(0, EVER)] == [Event(kind, 0.25)]


class TestItems:
    def test_the_newest_first_as_they_were_written(self, store, reader) -> None:
        written = [
            seen_item(10, "1"),
            seen_item(20, "2", published_ms=None, author="me", url="https://x", event=HACK),
            seen_item(30, "3", subjects=("*",), score=-0.5),
            seen_item(40, "4", suppressed=Suppression.OFF_TOPIC, weight=0.0, subjects=()),
        ]
        store.add(written)
        assert reader.items(None, 0, 100) == written[::-1]
        assert reader.items("BTC", 0, 100) == [written[1], written[0]]
        assert reader.items("BTC", 11, 100) == [written[1]]
        assert reader.items("*", 0, 1) == [written[2]]
        assert reader.items(None, 30, 100) == [written[3], written[2]]
        assert reader.items("ETH", 0, 100) == []


def test_how_sources_are_doing(store, reader) -> None:
    assert reader.sources() == []
    store.add_poll("rss:b", [seen_item(7, source="rss:b")], cursor={"a": [1]}, at_ms=7)
    store.note("rss:a", cursor=None, polled_ms=5, answered_ms=None, fault="away", new_items=0)
    assert reader.sources() == [store.state("rss:a"), store.state("rss:b")]


class TestWhatCannotBeRead:
    def test_a_database_that_is_not_there_is_not_made(self, tmp_path) -> None:
        reader = SentimentReader(URL.create("sqlite", database=str(tmp_path / "aurum.sqlite")))
        with pytest.raises(DatabaseUnavailable, match="run `aurum database upgrade`"):
            reader.events(0, 1)
        assert not list(tmp_path.iterdir())
        reader.close()

    def test_it_is_found_once_it_is_there(self, tmp_path) -> None:
        url = URL.create("sqlite", database=str(tmp_path / "aurum.sqlite"))
        reader = SentimentReader(url)
        with pytest.raises(DatabaseUnavailable):
            reader.events(0, 1)
        with open_database(url) as database:
            SentimentStore(database).add([seen_item(1, event=HACK)])
        assert len(reader.events(0, 1)) == 1

    @pytest.mark.parametrize(
        ("change", "read"),
        [
            ({"event": "EARTHQUAKE"}, lambda reader: reader.items(None, 0, 9)),
            ({"suppressed": "BORING"}, lambda reader: reader.items("BTC", 0, 9)),
            ({"subjects": 5}, lambda reader: reader.events(0, 9)),
            ({"subjects": None}, lambda reader: reader.items(None, 0, 9)),
        ],
    )
    def test_what_makes_no_sense_is_no_data(self, store, reader, database, change, read) -> None:
        store.add([seen_item(1, event=HACK)])
        with database.writing() as connection:
            connection.execute(update(sentiment_items).values(change))
        with pytest.raises(DatabaseUnavailable, match="holds sentiment that makes no sense here"):
            read(reader)

    def test_a_kind_of_event_that_is_not_known_is_no_shock(self, store, reader, database) -> None:
        store.add([seen_item(1, event=HACK)])
        with database.writing() as connection:
            connection.execute(text("UPDATE sentiment_items SET event = 'EARTHQUAKE'"))
        assert reader.events(0, EVER) == []

    def test_a_number_that_is_none(self, store, reader, database) -> None:
        if database.kind != "sqlite":
            pytest.skip("PostgreSQL takes no text for a number")
        store.add([seen_item(1)])
        with database.writing() as connection:
            connection.execute(text("UPDATE sentiment_mentions SET score = 'good'"))
        with pytest.raises(DatabaseUnavailable, match="makes no sense here"):
            reader.mentions("BTC", 0, EVER)


def test_nothing_is_opened_before_it_is_read_and_then_once(
    store, database_address, monkeypatch
) -> None:
    opened = []

    def counted(url, **how):
        opened.append(how)
        return open_database(url, **how)

    monkeypatch.setattr(sentiment_reader, "open_database", counted)
    reader = SentimentReader(database_address)
    assert opened == []
    for _ in range(3):
        reader.events(0, 1)
    assert opened == [{"migrate": False}]
    reader.close()
    reader.close()
    reader.events(0, 1)
    assert len(opened) == 2
    reader.close()


def test_it_can_be_pickled_while_it_is_open(store, reader) -> None:
    store.add([seen_item(1)])
    reader.mentions("BTC", 0, 1)
    again = pickle.loads(pickle.dumps(reader))  # noqa: S301
    assert again.mentions("BTC", 0, 1).seen_ms.tolist() == [1]
    again.close()


def test_what_another_process_writes_is_found(store, reader) -> None:
    for count in range(3):
        assert len(reader.mentions("BTC", 0, EVER).seen_ms) == count
        store.add([seen_item(count, str(count))])
