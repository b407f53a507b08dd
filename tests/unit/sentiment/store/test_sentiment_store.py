"""What is written, once."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
from seen_items import HACK, seen_item
from sqlalchemy import func, select

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.database import DatabaseUnavailable, open_database
from aurum_plugins.database.schema import sentiment_coverage, sentiment_items, sentiment_mentions
from aurum_plugins.sentiment.scored_item import Event, EventKind, Suppression
from aurum_plugins.sentiment.store import sentiment_store
from aurum_plugins.sentiment.store.patience import PATIENCE_MS
from aurum_plugins.sentiment.store.recent_item import RecentItem
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore
from aurum_plugins.sentiment.store.source_state import SourceState


def rows(database, table) -> list[dict]:
    with database.reading() as connection:
        found = connection.execute(select(table).order_by(*table.primary_key))
        return [dict(row._mapping) for row in found]


def spans(database, source: str = "rss:a") -> list[tuple[int, int]]:
    found = rows(database, sentiment_coverage)
    return [(row["from_ms"], row["until_ms"]) for row in found if row["source"] == source]


class TestItems:
    def test_a_row_has_everything(self, store, database) -> None:
        item = seen_item(
            1_700_000_000_123,
            "https://example.com/1",
            "reddit:CryptoCurrency",
            text="Binance halts withdrawals, 100 % “für alle”",
            published_ms=None,
            author="somebody",
            url="https://example.com/1",
            subjects=("*", "@binance", "BNB"),
            score=-0.75,
            weight=1.5,
            event=Event(EventKind.WITHDRAWALS_HALTED, 1.0),
        )
        assert store.add([item]) == 1
        assert rows(database, sentiment_items) == [
            {
                "source": "reddit:CryptoCurrency",
                "item_id": "https://example.com/1",
                "published_ms": None,
                "seen_ms": 1_700_000_000_123,
                "text": "Binance halts withdrawals, 100 % “für alle”",
                "text_hash": "0123456789abcdef",
                "author": "somebody",
                "url": "https://example.com/1",
                "subjects": ["*", "@binance", "BNB"],
                "score": -0.75,
                "weight": 1.5,
                "suppressed": "",
                "event": "WITHDRAWALS_HALTED",
                "severity": 1.0,
                "model": "vader-crypto-1",
            }
        ]
        mentioned = rows(database, sentiment_mentions)
        assert [row["subject"] for row in mentioned] == ["*", "@binance", "BNB"]
        assert {(row["seen_ms"], row["score"], row["weight"]) for row in mentioned} == {
            (1_700_000_000_123, -0.75, 1.5)
        }

    def test_what_is_there_stays_as_it_was_first_seen(self, store, database) -> None:
        assert store.add([seen_item(10, "1", score=0.5)]) == 1
        again = [seen_item(5, "1", score=-1.0), seen_item(20, "1"), seen_item(20, "2")]
        assert store.add(again) == 1
        found = rows(database, sentiment_items)
        assert [(row["item_id"], row["seen_ms"], row["score"]) for row in found] == [
            ("1", 10, 0.5),
            ("2", 20, 0.25),
        ]
        assert len(rows(database, sentiment_mentions)) == 4

    def test_of_the_same_item_twice_the_first_is_taken(self, store, database) -> None:
        assert store.add([seen_item(10, "1"), seen_item(10, "1"), seen_item(11, "1")]) == 1
        assert [row["seen_ms"] for row in rows(database, sentiment_items)] == [10]
        assert len(rows(database, sentiment_mentions)) == 2

    def test_an_id_belongs_to_its_source(self, store) -> None:
        assert store.add([seen_item(1, "1", "rss:a"), seen_item(1, "1", "rss:b")]) == 2

    @pytest.mark.parametrize(
        "given",
        [
            {"suppressed": Suppression.DUPLICATE, "weight": 0.0},
            {"suppressed": Suppression.BOT},
            {"weight": 0.0},
            {"subjects": ()},
        ],
    )
    def test_what_does_not_count_is_kept_and_mentions_nothing(self, store, database, given) -> None:
        assert store.add([seen_item(1, **given)]) == 1
        (row,) = rows(database, sentiment_items)
        assert row["suppressed"] == (given["suppressed"].name if "suppressed" in given else "")
        assert rows(database, sentiment_mentions) == []

    def test_nothing_to_add(self, store) -> None:
        assert store.add([]) == 0

    def test_more_than_are_asked_for_at_a_time(self, store, database) -> None:
        many = [seen_item(number, str(number)) for number in range(2_500)]
        assert store.add(many[:1_800]) == 1_800
        assert store.add(many) == 700
        assert len(rows(database, sentiment_items)) == 2_500

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"score": math.nan}, r"score must be in \[-1, 1\], got nan \(rss:a, '7'\)"),
            ({"score": 1.01}, r"score must be in \[-1, 1\], got 1.01"),
            ({"weight": -0.1}, r"weight must be 0 or more, got -0.1"),
            ({"weight": math.inf}, r"weight must be 0 or more, got inf"),
            ({"event": Event(EventKind.HACK, 2.0)}, r"severity must be in \[0, 1\], got 2.0"),
        ],
    )
    def test_numbers_that_make_no_sense_are_refused(self, store, database, given, message) -> None:
        with pytest.raises(ValueError, match=message):
            store.add([seen_item(1, "1"), seen_item(1, "7", **given)])
        assert rows(database, sentiment_items) == []


class TestTextsOfStrangers:
    def test_what_a_database_does_not_take_is_left_out(self, store, database) -> None:
        item = seen_item(
            1,
            "a\0b",
            text="down\0 \ud800 :(){ %s {0}",
            author="x" * 5_000,
            url="https://" + "y" * 5_000,
            model="m" * 500,
            published_ms=10**30,
        )
        assert store.add([item]) == 1
        assert store.add([item]) == 0
        (row,) = rows(database, sentiment_items)
        assert row["text"] == "down ? :(){ %s {0}"
        assert row["published_ms"] is None
        lengths = [len(row[name]) for name in ("author", "url", "model")]
        assert lengths == [200, 2_000, 100]

    def test_long_ids_stay_apart(self, store, database) -> None:
        long = "https://example.com/" + "z" * 300
        assert store.add([seen_item(1, f"{long}{end}") for end in ("a", "b", "a")]) == 2
        ids = [row["item_id"] for row in rows(database, sentiment_items)]
        assert [len(item_id) for item_id in ids] == [200, 200]
        assert store.add([seen_item(1, f"{long}a")]) == 0

    def test_ids_that_differ_in_what_is_left_out_stay_apart(self, store) -> None:
        assert store.add([seen_item(1, "ab"), seen_item(1, "a\0b"), seen_item(1, "a\ud800b")]) == 3

    @pytest.mark.parametrize("length", [200, 201])
    def test_the_longest_id(self, store, database, length) -> None:
        store.add([seen_item(1, "i" * length)])
        (row,) = rows(database, sentiment_items)
        assert (row["item_id"] == "i" * length) is (length == 200)


class TestPolls:
    def test_all_of_it_is_one_transaction(self, store, database) -> None:
        new = store.add_poll(
            "rss:a", [seen_item(7, "1"), seen_item(7, "2")], cursor={"etag": '"x"'}, at_ms=7
        )
        assert new == 2
        assert store.state("rss:a") == SourceState("rss:a", {"etag": '"x"'}, 7, 7, "", 2)
        assert spans(database) == [(7, 7)]

    def test_a_failure_writes_none_of_it(self, store, database, monkeypatch) -> None:
        def fail(*_: object) -> None:
            raise DatabaseUnavailable(database.url, "gone")

        monkeypatch.setattr(sentiment_store, "add_span", fail)
        with pytest.raises(DatabaseUnavailable, match="gone"):
            store.add_poll("rss:a", [seen_item(7)], cursor={"a": 1}, at_ms=7)
        assert rows(database, sentiment_items) == rows(database, sentiment_mentions) == []
        assert store.state("rss:a") is None

    def test_repeated_after_an_unknown_commit_it_counts_once(self, store, database) -> None:
        for expected in (1, 0):
            assert store.add_poll("rss:a", [seen_item(7)], cursor={}, at_ms=7) == expected
        assert store.state("rss:a").items == 1
        assert spans(database) == [(7, 7)]

    def test_a_poll_that_brought_nothing_is_listening_too(self, store, database) -> None:
        assert store.add_poll("rss:a", [], cursor={}, at_ms=7) == 0
        assert spans(database) == [(7, 7)]


class TestStates:
    def test_a_source_that_was_never_polled(self, store) -> None:
        assert store.state("rss:a") is None

    def test_a_first_poll_that_failed(self, store) -> None:
        store.note("x:b", cursor=None, polled_ms=5, answered_ms=None, fault="away", new_items=0)
        assert store.state("x:b") == SourceState("x:b", {}, 5, None, "away", 0)

    def test_a_failure_keeps_what_was_known(self, store) -> None:
        store.note("x:b", cursor={"id": 3}, polled_ms=5, answered_ms=5, fault="", new_items=4)
        store.note("x:b", cursor=None, polled_ms=9, answered_ms=None, fault="away", new_items=0)
        assert store.state("x:b") == SourceState("x:b", {"id": 3}, 9, 5, "away", 4)
        store.note("x:b", cursor={"id": 4}, polled_ms=12, answered_ms=12, fault="", new_items=2)
        assert store.state("x:b") == SourceState("x:b", {"id": 4}, 12, 12, "", 6)

    def test_a_fault_is_cut_and_plain(self, store) -> None:
        fault = "no\0" + "x" * 9_000
        store.note("x:b", cursor=None, polled_ms=5, answered_ms=None, fault=fault, new_items=0)
        assert store.state("x:b").fault == "no" + "x" * 498


class TestListening:
    def test_a_span_grows_while_polls_follow_each_other(self, store, database) -> None:
        for at_ms in (0, PATIENCE_MS, 2 * PATIENCE_MS):
            store.listened("rss:a", at_ms)
        assert spans(database) == [(0, 2 * PATIENCE_MS)]

    def test_after_a_longer_pause_another_one_begins(self, store, database) -> None:
        store.listened("rss:a", 0)
        store.listened("rss:a", PATIENCE_MS + 1)
        assert spans(database) == [(0, 0), (PATIENCE_MS + 1, PATIENCE_MS + 1)]

    def test_sources_have_their_own(self, store, database) -> None:
        store.listened("rss:a", 0)
        store.listened("rss:b", 5)
        assert (spans(database), spans(database, "rss:b")) == ([(0, 0)], [(5, 5)])

    def test_a_clock_that_went_back_takes_nothing_away(self, store, database) -> None:
        store.listened_between("rss:a", 10 * PATIENCE_MS, 11 * PATIENCE_MS)
        store.listened("rss:a", 10 * PATIENCE_MS + 3)
        assert spans(database) == [(10 * PATIENCE_MS, 11 * PATIENCE_MS)]
        store.listened("rss:a", 5)
        assert spans(database)[0] == (5, 5)

    def test_an_imported_span_joins_those_that_it_touches(self, store, database) -> None:
        for hour in (0, 2, 4, 9):
            store.listened_between("rss:a", hour * 60 * MINUTE_MS, (hour * 60 + 10) * MINUTE_MS)
        store.listened_between("rss:a", 40 * MINUTE_MS, 210 * MINUTE_MS)
        assert spans(database) == [(0, 250 * MINUTE_MS), (540 * MINUTE_MS, 550 * MINUTE_MS)]

    def test_an_end_before_the_beginning_is_refused(self, store, database) -> None:
        with pytest.raises(ValueError, match=r"until_ms must be 7 \(from_ms\) or more, got 6"):
            store.listened_between("rss:a", 7, 6)
        assert spans(database) == []


class TestMemory:
    def test_what_was_seen_lately(self, store) -> None:
        store.add(
            [
                seen_item(9, "old"),
                seen_item(12, "2", "rss:b", suppressed=Suppression.FLOOD, author="me", text="no"),
                seen_item(10, "1", text_hash="f" * 16, text="yes"),
            ]
        )
        assert store.recent(10) == [
            RecentItem("f" * 16, "", "rss:a", 10, "yes", 5),
            RecentItem("0123456789abcdef", "me", "rss:b", 12, "no", 7),
        ]

    def test_what_was_seen_between_two_times(self, store) -> None:
        store.add([seen_item(at, str(at)) for at in range(5)])
        assert [one.seen_ms for one in store.recent(1, 3)] == [1, 2]

    def test_the_old_is_deleted_with_its_mentions(self, store, database, monkeypatch) -> None:
        monkeypatch.setattr(sentiment_store, "_DELETED", 2)
        monkeypatch.setattr(sentiment_store, "_OLD", sentiment_store._OLD.limit(2))
        store.add([seen_item(number, str(number)) for number in range(10)])
        store.add([seen_item(1, "quiet", subjects=())])
        assert store.delete_before(5) == 6
        assert [row["seen_ms"] for row in rows(database, sentiment_items)] == [5, 6, 7, 8, 9]
        assert {row["seen_ms"] for row in rows(database, sentiment_mentions)} == {5, 6, 7, 8, 9}
        assert store.delete_before(5) == 0

    def test_what_was_deleted_is_not_covered_and_all_else_is(self, store, database) -> None:
        hours = [hour * 60 * MINUTE_MS for hour in range(10)]
        for begun, ended in ((0, 1), (2, 4), (5, 6)):
            store.listened_between("rss:a", hours[begun], hours[ended])
        store.delete_before(hours[3])
        assert spans(database) == [(hours[3], hours[4]), (hours[5], hours[6])]
        # Ended a little before, and is still being waited for.
        store.delete_before(hours[4] + PATIENCE_MS)
        assert spans(database)[0] == (hours[3], hours[4])
        store.delete_before(hours[4] + PATIENCE_MS + 1)
        assert spans(database) == [(hours[5], hours[6])]

    def test_sources_are_remembered(self, store) -> None:
        store.add_poll("rss:a", [seen_item(7)], cursor={"a": 1}, at_ms=7)
        store.delete_before(10**15)
        assert store.state("rss:a").cursor == {"a": 1}


def test_two_writers_at_once(database_address) -> None:
    """A bot and `aurum sentiment collect` on the same database."""
    with open_database(database_address, timeout_seconds=30) as one:
        two = open_database(database_address, timeout_seconds=30)
        polls = [
            [seen_item(at, f"{at + offset}", event=HACK) for offset in range(5)]
            for at in range(0, 60, 2)
        ]

        def collect(database) -> int:
            writer = SentimentStore(database)
            return sum(
                writer.add_poll("rss:a", items, cursor={}, at_ms=items[0].item.seen_ms)
                for items in polls
            )

        with ThreadPoolExecutor(2) as pool:
            new = sum(pool.map(collect, (one, two)))
        two.close()
        keys = {item.item.post.post_id for items in polls for item in items}
        assert new == len(keys) == SentimentStore(one).state("rss:a").items
        with one.reading() as connection:
            count = select(func.count())
            assert connection.scalar(count.select_from(sentiment_items)) == len(keys)
            assert connection.scalar(count.select_from(sentiment_mentions)) == 2 * len(keys)
        assert spans(one) == [(0, 58)]


def test_a_database_that_is_locked_says_so(database_address) -> None:
    with (
        open_database(database_address) as mine,
        open_database(database_address, timeout_seconds=0.1) as theirs,
        mine.writing(),
        pytest.raises(DatabaseUnavailable, match="locked"),
    ):
        SentimentStore(theirs).add([seen_item(1)])
