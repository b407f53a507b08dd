"""What was known at a time depends neither on what came later nor on the order of writing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from postgres_server import database, database_address, postgres
from seen_items import HACK, seen_item
from sqlalchemy import delete, select, text

from aurum_plugins.database import Database
from aurum_plugins.database.schema import (
    sentiment_coverage,
    sentiment_items,
    sentiment_mentions,
    sentiment_sources,
)
from aurum_plugins.sentiment.scored_item import ScoredItem, Suppression
from aurum_plugins.sentiment.store.mentions import Coverage
from aurum_plugins.sentiment.store.patience import PATIENCE_MS
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

__all__ = ["database", "database_address", "postgres"]

TABLES = (sentiment_items, sentiment_mentions, sentiment_coverage, sentiment_sources)
SUBJECTS = ("*", "BTC", "ETH")
# Few enough that times meet, and pauses of every length around our patience.
STEP_MS = PATIENCE_MS // 2
LAST_MS = 20 * STEP_MS
times = st.integers(0, 20).map(lambda step: step * STEP_MS)
sources = st.sampled_from(["rss:a", "rss:b"])
EXAMPLES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class World(NamedTuple):
    database: Database
    store: SentimentStore
    reader: SentimentReader

    def emptied(self) -> World:
        with self.database.writing() as connection:
            for table in TABLES:
                connection.execute(delete(table))
        return self

    def content(self) -> list[list[tuple]]:
        with self.database.reading() as connection:
            return [
                [tuple(row) for row in connection.execute(select(one).order_by(*one.primary_key))]
                for one in TABLES
            ]

    def spans(self, source: str) -> list[tuple[int, int]]:
        return [(begun, ended) for of, begun, ended in self.content()[2] if of == source]

    def known(self, at_ms: int) -> list[object]:
        """All that readers give as of a time."""
        mentions = [self.reader.mentions(subject, 0, at_ms) for subject in SUBJECTS]
        coverages = [self.reader.coverage(0, at_ms, of) for of in (None, "rss:a", "rss:b")]
        return [
            *[(m.seen_ms.tolist(), m.score.tolist(), m.weight.tolist()) for m in mentions],
            *[
                [covers(coverage, t) for t in range(0, at_ms + 1, STEP_MS)]
                for coverage in coverages
            ],
            self.reader.events(0, at_ms),
        ]


def covers(coverage: Coverage, at_ms: int) -> bool:
    begun = coverage.from_ms <= at_ms
    return bool(np.any(begun & (at_ms <= coverage.until_ms + PATIENCE_MS)))


@pytest.fixture
def world(database, database_address) -> Iterator[World]:
    reader = SentimentReader(database_address)
    yield World(database, SentimentStore(database), reader)
    reader.close()


@st.composite
def items(draw: st.DrawFn) -> list[ScoredItem]:
    """Different ones."""
    keys = draw(
        st.lists(st.tuples(sources, st.integers(0, 20)), unique=True, min_size=3, max_size=12)
    )
    return [
        seen_item(
            draw(times),
            str(number),
            source,
            score=draw(st.floats(-1, 1)),
            weight=draw(st.sampled_from([0.0, 0.5, 1.0])),
            subjects=tuple(draw(st.lists(st.sampled_from(SUBJECTS), unique=True))),
            suppressed=draw(st.sampled_from([None, None, Suppression.DUPLICATE])),
            event=draw(st.sampled_from([None, HACK])),
        )
        for source, number in keys
    ]


polls = st.lists(st.tuples(sources, times), min_size=4, max_size=12)


@EXAMPLES
@given(items(), st.data())
def test_order_and_repetition_change_nothing(world, written, data) -> None:
    world.emptied()
    assert world.store.add(written) == len(written)
    once = world.content()
    world.emptied()
    parts = data.draw(st.lists(st.permutations(written).map(lambda all_: all_[:7]), max_size=4))
    new = sum(world.store.add(part) for part in (*parts, written))
    assert new == len(written)
    assert world.content() == once


@EXAMPLES
@given(items(), polls, times)
@example([], [("rss:a", 0), ("rss:a", 4 * STEP_MS)], 3 * STEP_MS)
def test_what_came_later_was_not_known(world, written, polled, at_ms) -> None:
    """Polls in order of time, as a collector makes them."""
    polled = sorted(polled, key=lambda poll: poll[1])
    world.emptied()
    world.store.add([item for item in written if item.item.seen_ms <= at_ms])
    for source, poll_ms in polled:
        if poll_ms <= at_ms:
            world.store.listened(source, poll_ms)
    then = world.known(at_ms)
    world.store.add(written)
    for source, poll_ms in polled:
        if poll_ms > at_ms:
            world.store.listened(source, poll_ms)
    assert world.known(at_ms) == then


@EXAMPLES
@given(items(), polls, times)
def test_deleting_and_cutting_what_came_later_changes_nothing(
    world, written, polled, at_ms
) -> None:
    world.emptied()
    world.store.add(written)
    for source, poll_ms in polled:
        world.store.listened(source, poll_ms)
    before, coverage = world.known(at_ms), world.reader.coverage(0, at_ms)
    later = {"at": at_ms}
    with world.database.writing() as connection:
        for statement in (
            "DELETE FROM sentiment_items WHERE seen_ms > :at",
            "DELETE FROM sentiment_mentions WHERE seen_ms > :at",
            "DELETE FROM sentiment_coverage WHERE from_ms > :at",
            "UPDATE sentiment_coverage SET until_ms = :at WHERE until_ms > :at",
        ):
            connection.execute(text(statement), later)
    assert world.known(at_ms) == before
    # To the very numbers.
    cut = world.reader.coverage(0, at_ms)
    np.testing.assert_array_equal(cut.from_ms, coverage.from_ms)
    np.testing.assert_array_equal(cut.until_ms, coverage.until_ms)


@EXAMPLES
@given(polls, st.lists(st.tuples(sources, times, times), max_size=4), st.randoms())
def test_spans_lie_apart_and_cover_what_was_listened_to(world, polled, imported, random) -> None:
    world.emptied()
    heard = [(source, at_ms, at_ms) for source, at_ms in polled]
    heard += [(source, min(a, b), max(a, b)) for source, a, b in imported]
    random.shuffle(heard)
    for source, from_ms, until_ms in heard:
        world.store.listened_between(source, from_ms, until_ms)
    for source in ("rss:a", "rss:b"):
        spans = world.spans(source)
        for (_, ended), (begun, _) in pairwise(spans):
            assert begun > ended + PATIENCE_MS
        coverage = world.reader.coverage(0, LAST_MS, source)
        for at_ms in range(0, LAST_MS + 1, STEP_MS):
            expected = any(
                of == source and begun <= at_ms <= ended + PATIENCE_MS for of, begun, ended in heard
            )
            assert covers(coverage, at_ms) is expected
    world.emptied()
    for source, from_ms, until_ms in sorted(heard):
        world.store.listened_between(source, from_ms, until_ms)
    in_order = world.content()
    world.emptied()
    for source, from_ms, until_ms in heard:
        world.store.listened_between(source, from_ms, until_ms)
    assert world.content() == in_order


@EXAMPLES
@given(items(), polls, times)
def test_deleting_the_old_changes_nothing_of_the_new(world, written, polled, before_ms) -> None:
    world.emptied()
    world.store.add(written)
    for source, poll_ms in polled:
        world.store.listened(source, poll_ms)

    def new() -> list[object]:
        coverage = world.reader.coverage(before_ms, LAST_MS)
        found = [world.reader.mentions(subject, before_ms, LAST_MS) for subject in SUBJECTS]
        return [
            *[(m.seen_ms.tolist(), m.score.tolist()) for m in found],
            [covers(coverage, t) for t in range(before_ms, LAST_MS + 1, STEP_MS)],
            world.reader.events(before_ms, LAST_MS),
            world.reader.items(None, before_ms, 100),
        ]

    kept = new()
    old = sum(item.item.seen_ms < before_ms for item in written)
    assert world.store.delete_before(before_ms) == old
    assert new() == kept
    assert world.reader.mentions("*", 0, before_ms - 1).seen_ms.tolist() == []
    assert world.reader.events(0, before_ms - 1) == []
