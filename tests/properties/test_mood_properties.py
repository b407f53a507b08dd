"""A mood knows what was seen until then, digit by digit, and nothing else."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from told_mentions import mentions_of, slow_mood, spans_of

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.sentiment.aggregation.mood import Moods
from aurum_plugins.sentiment.aggregation.moods import BLOCKS, history_ms, moods
from aurum_plugins.sentiment.store.mentions import Coverage
from aurum_plugins.sentiment.store.patience import PATIENCE_MS

START_MS = 1_735_689_600_000
SPAN_MS = 60 * HOUR_MS
NAMES = ("mean", "count", "dispersion", "available")

# Many at the same times, and at the beginnings of blocks.
moments = st.one_of(
    st.integers(0, SPAN_MS), st.integers(0, 60).map(lambda hour: hour * HOUR_MS)
).map(lambda after: START_MS + after)
items = st.tuples(
    moments, st.floats(-1, 1, allow_subnormal=False), st.floats(0.01, 15, allow_nan=False)
)
histories = st.lists(items, max_size=40).map(lambda told: sorted(told, key=lambda item: item[0]))
times = st.lists(moments, min_size=1, max_size=30).map(lambda at: np.array(sorted(at)))
half_lives = st.sampled_from([5 * 60_000, 20 * 60_000, HOUR_MS, 6 * HOUR_MS, 300 * HOUR_MS])
spans = st.lists(moments, max_size=8, unique=True).map(
    lambda ends: spans_of(*zip(sorted(ends)[::2], sorted(ends)[1::2]))
)


def known_by(coverage: Coverage, at_ms: int) -> Coverage:
    """Spans as they were written at a time."""
    begun = coverage.from_ms <= at_ms
    return Coverage(coverage.from_ms[begun], np.minimum(coverage.until_ms[begun], at_ms))


def same(found: Moods, other: Moods, rows: slice) -> None:
    for name in NAMES:
        np.testing.assert_array_equal(getattr(found, name)[rows], getattr(other, name)[rows])


@given(told=histories, at_ms=times, coverage=spans, half=half_lives, row=st.integers(0, 29))
@settings(max_examples=100, deadline=None)
def test_without_what_was_seen_later_nothing_changes(told, at_ms, coverage, half, row) -> None:
    now_ms = int(at_ms[min(row, len(at_ms) - 1)])
    rows = slice(0, int(np.searchsorted(at_ms, now_ms, side="right")))
    whole = moods(at_ms, mentions_of(told), coverage, half)
    known = mentions_of(item for item in told if item[0] <= now_ms)
    same(moods(at_ms, known, known_by(coverage, now_ms), half), whole, rows)


@given(told=histories, more=histories, at_ms=times, coverage=spans, half=half_lives, cut=st.data())
@settings(max_examples=100, deadline=None)
def test_whatever_is_added_later_changes_nothing(told, more, at_ms, coverage, half, cut) -> None:
    now_ms = cut.draw(moments)
    rows = slice(0, int(np.searchsorted(at_ms, now_ms, side="right")))
    added = [*told, *(item for item in more if item[0] > now_ms)]
    whole = moods(at_ms, mentions_of(told), coverage, half)
    same(moods(at_ms, mentions_of(added), coverage, half), whole, rows)


@given(told=histories, at_ms=times, coverage=spans, half=half_lives)
@settings(max_examples=100, deadline=None)
def test_each_time_alone_from_its_own_history(told, at_ms, coverage, half) -> None:
    """What a running bot reads for a row, and what a backtest reads for all."""
    whole = moods(at_ms, mentions_of(told), coverage, half)
    for row, now_ms in enumerate(at_ms):
        first_ms = now_ms - history_ms(half)
        own = mentions_of(item for item in told if first_ms <= item[0] <= now_ms)
        alone = moods(at_ms[row : row + 1], own, known_by(coverage, now_ms), half)
        for name in NAMES:
            assert getattr(alone, name)[0] == getattr(whole, name)[row]


@given(told=histories, at_ms=times, coverage=spans, half=half_lives)
@settings(max_examples=100, deadline=None)
def test_row_by_row_from_the_definition(told, at_ms, coverage, half) -> None:
    found = moods(at_ms, mentions_of(told), coverage, half)
    for row, now_ms in enumerate(at_ms.tolist()):
        listening = [
            begin <= now_ms <= end + PATIENCE_MS
            for begin, end in zip(coverage.from_ms.tolist(), coverage.until_ms.tolist())
        ]
        assert found.available[row] == any(listening)
        figures = [getattr(found, name)[row] for name in NAMES[:3]]
        if not any(listening):
            assert figures == [0.0, 0.0, 0.0]
            continue
        # To the end of the last block that counts.
        oldest_ms = (now_ms // half - BLOCKS) * half
        counted = [item for item in told if item[0] >= oldest_ms]
        mean, count, dispersion = slow_mood(counted, now_ms, half)
        np.testing.assert_allclose(figures[0], mean, rtol=0, atol=1e-12)
        np.testing.assert_allclose(figures[1], count, rtol=1e-12)
        # A variance is told from none to the fourteenth digit.
        np.testing.assert_allclose(figures[2] ** 2, dispersion**2, rtol=0, atol=2e-14)


@given(told=histories, at_ms=times, half=half_lives, factor=st.sampled_from([0.25, 8.0]))
@settings(max_examples=60, deadline=None)
def test_bounds_and_the_unit_of_weights(told, at_ms, half, factor) -> None:
    always = spans_of((START_MS, START_MS + SPAN_MS))
    found = moods(at_ms, mentions_of(told), always, half)
    assert (np.abs(found.mean) <= 1).all()
    assert ((found.dispersion >= 0) & (found.dispersion <= 1)).all()
    assert (found.count >= 0).all()
    heavier = mentions_of((seen, score, weight * factor) for seen, score, weight in told)
    other = moods(at_ms, heavier, always, half)
    np.testing.assert_array_equal(other.mean, found.mean)
    np.testing.assert_array_equal(other.dispersion, found.dispersion)
    np.testing.assert_array_equal(other.count, factor * found.count)
    turned = moods(
        at_ms, mentions_of((seen, -score, weight) for seen, score, weight in told), always, half
    )
    np.testing.assert_array_equal(turned.mean, -found.mean)
