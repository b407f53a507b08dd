from __future__ import annotations

import math

import numpy as np
import pytest
from told_mentions import NEVER, mentions_of, slow_mood, spans_of

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS
from aurum_plugins.sentiment.aggregation.moods import BLOCKS, history_ms, listened, moods
from aurum_plugins.sentiment.store.mentions import Mentions
from aurum_plugins.sentiment.store.patience import PATIENCE_MS

START_MS = 1_735_689_600_000
HALF_MS = HOUR_MS
ALWAYS = spans_of((START_MS - 1_000 * DAY_MS, START_MS + 20_000 * DAY_MS))


def told(items, hours, half_life_ms=HALF_MS, coverage=ALWAYS):
    """Moods at some hours after the start, of items seen at some hours after the start."""
    rows = [(START_MS + round(hour * HOUR_MS), score, weight) for hour, score, weight in items]
    at_ms = START_MS + np.array([round(hour * HOUR_MS) for hour in hours], dtype=np.int64)
    return moods(at_ms, mentions_of(rows), coverage, half_life_ms)


class TestKnownAnswers:
    def test_one_item_halves(self) -> None:
        found = told([(1, -0.8, 2.0)], [0, 0.999, 1, 2, 3, 4.5])
        np.testing.assert_allclose(found.count, [0, 0, 2, 1, 0.5, 2 * 2**-3.5], rtol=1e-14, atol=0)
        np.testing.assert_allclose(found.mean, [0, 0, -0.8, -0.8, -0.8, -0.8], rtol=1e-14)
        np.testing.assert_array_equal(found.dispersion, 0)
        assert found.available.all()

    def test_two_items(self) -> None:
        # An hour later the first counts 1 and the second 1; two hours later a half each.
        found = told([(0, 1.0, 2.0), (1, -0.5, 1.0)], [1, 2, 2.5])
        np.testing.assert_allclose(found.count, [2, 1, 2**-0.5], rtol=1e-14)
        np.testing.assert_allclose(found.mean, 0.25, rtol=1e-14)
        np.testing.assert_allclose(found.dispersion, 0.75, rtol=1e-14)

    def test_an_item_counts_from_the_millisecond_at_which_it_was_seen(self) -> None:
        at_ms = START_MS + np.arange(-1, 2)
        found = moods(at_ms, mentions_of([(START_MS, 0.5, 1.0)]), ALWAYS, HALF_MS)
        assert (found.count > 0).tolist() == [False, True, True]

    @pytest.mark.parametrize("half_life_ms", [5 * MINUTE_MS, 6 * HOUR_MS, 20_000 * MINUTE_MS])
    def test_against_the_definition(self, half_life_ms) -> None:
        rng = np.random.default_rng(4)
        seen = START_MS + rng.integers(0, 12 * HOUR_MS, 300)
        rows = list(
            zip(seen.tolist(), rng.uniform(-1, 1, 300).tolist(), rng.uniform(0.1, 9, 300).tolist())
        )
        at_ms = np.sort(START_MS + rng.integers(0, 13 * HOUR_MS, 200))
        found = moods(at_ms, mentions_of(rows), ALWAYS, half_life_ms)
        expected = [slow_mood(rows, int(at), half_life_ms, BLOCKS) for at in at_ms]
        for name, values in zip(("mean", "count", "dispersion"), np.transpose(expected)):
            np.testing.assert_allclose(getattr(found, name), values, rtol=1e-9, atol=1e-10)

    def test_many_items_of_one_millisecond(self) -> None:
        items = [(1, 1.0, 1.0)] * 3 + [(1, -1.0, 1.0)]
        found = told(items, [1, 2])
        np.testing.assert_allclose(found.count, [4, 2], rtol=1e-14)
        np.testing.assert_allclose(found.mean, 0.5, rtol=1e-14)
        np.testing.assert_allclose(found.dispersion, math.sqrt(0.75), rtol=1e-14)

    def test_decades_overflow_nothing(self) -> None:
        items = [(hour, 0.3, 10.0) for hour in range(0, 30 * 365 * 24, 1_000)]
        found = told(items, range(0, 30 * 365 * 24, 500), 5 * MINUTE_MS)
        assert np.isfinite([found.mean, found.count, found.dispersion]).all()
        np.testing.assert_allclose(found.mean[::2], 0.3, rtol=1e-12)
        # By then all are forgotten.
        np.testing.assert_array_equal(found.count[1::2], 0)
        np.testing.assert_array_equal(found.mean[1::2], 0)

    def test_the_same_score_over_and_over_has_no_dispersion(self) -> None:
        found = told([(hour / 7, 0.1, 1.3) for hour in range(500)], np.arange(0, 80, 0.25))
        np.testing.assert_allclose(found.mean, 0.1, rtol=1e-12)
        np.testing.assert_array_equal(found.dispersion, 0)

    def test_times_in_any_order(self) -> None:
        items = [(hour, (-1) ** hour / 2, 1.0) for hour in range(9)]
        hours = [5.5, 0, 12, 3, 3, 8.25]
        found = told(items, hours)
        for place, hour in enumerate(hours):
            alone = told(items, [hour])
            assert found.mean[place] == alone.mean[0]
            assert found.count[place] == alone.count[0]


class TestHowFarItLooksBack:
    def test_history_is_enough_whatever_was_read_before_it(self) -> None:
        at = np.array([0.0, 0.3, 0.999])
        old = [(-hour * 0.7, (-1) ** hour * 0.4, 1.0) for hour in range(200)]
        far_ms = history_ms(HALF_MS)
        near = [item for item in old if -item[0] * HOUR_MS <= far_ms]
        assert len(near) < len(old)
        whole, part = told(old, at), told(near, at)
        for name in ("mean", "count", "dispersion"):
            np.testing.assert_array_equal(getattr(whole, name), getattr(part, name))

    def test_what_is_left_out_counts_next_to_nothing(self) -> None:
        rows = [(-BLOCKS - 1.001, 1.0, 1.0)]
        assert told(rows, [0]).count[0] == 0
        assert slow_mood([(0, 1.0, 1.0)], round((BLOCKS + 1.001) * HALF_MS), HALF_MS)[1] < 1e-12

    def test_a_half_life_that_is_no_whole_number(self) -> None:
        assert history_ms(300_000.4) == 41 * 300_000
        found = told([(0, 0.5, 1.0)], [1], 0.2)
        assert found.count[0] == 0


class TestAvailable:
    def test_within_a_span_and_for_half_an_hour_after(self) -> None:
        coverage = spans_of((1_000, 2_000), (9_000_000, 9_000_000))
        at_ms = np.array([999, 1_000, 2_000 + PATIENCE_MS, 2_001 + PATIENCE_MS, 9_000_000])
        assert listened(at_ms, coverage).tolist() == [False, True, True, False, True]

    def test_where_nobody_listened_nothing_is_known(self) -> None:
        coverage = spans_of((START_MS, START_MS + HOUR_MS))
        found = told([(0, -0.8, 2.0), (0.5, 0.8, 1.0)], [1, 1.5, 1.6, 20], coverage=coverage)
        assert found.available.tolist() == [True, True, False, False]
        for values in (found.mean, found.count, found.dispersion):
            assert (values != 0).tolist() == [True, True, False, False]

    def test_nobody_ever_listened(self) -> None:
        found = told([(0, -0.8, 2.0)], [0, 1], coverage=NEVER)
        for values in (found.mean, found.count, found.dispersion, found.available):
            assert values.tolist() == [0, 0]

    def test_nothing_was_said(self) -> None:
        found = told([], [0, 1])
        assert found.available.tolist() == [True, True]
        assert [*found.mean, *found.count, *found.dispersion] == [0.0] * 6

    def test_no_times(self) -> None:
        found = told([(0, -0.8, 2.0)], [])
        assert [len(values) for values in vars(found).values()] == [0, 0, 0, 0]


class TestValidation:
    @pytest.mark.parametrize("score", [1.01, -1.01, math.nan, math.inf])
    def test_scores(self, score) -> None:
        with pytest.raises(ValueError, match=rf"scores must be in \[-1, 1\], got {score:g}"):
            told([(0, 0.1, 1.0), (1, score, 1.0)], [2])

    @pytest.mark.parametrize("weight", [0.0, -1.0, math.nan, math.inf])
    def test_weights(self, weight) -> None:
        with pytest.raises(ValueError, match=f"must be above 0 and finite, got {weight:g}"):
            told([(0, 0.1, 1.0), (1, 0.1, weight)], [2])

    def test_order(self) -> None:
        rows = Mentions(np.array([2, 1]), np.zeros(2), np.ones(2))
        with pytest.raises(ValueError, match="must be in order of the time"):
            moods(np.array([3]), rows, NEVER, HALF_MS)


def test_nothing_given_is_changed() -> None:
    rows = mentions_of([(START_MS, 0.5, 1.0), (START_MS + 5, -0.5, 2.0)])
    at_ms = START_MS + np.arange(3)
    kept = [values.copy() for values in (*vars(rows).values(), *vars(ALWAYS).values(), at_ms)]
    moods(at_ms, rows, ALWAYS, HALF_MS)
    for values, before in zip((*vars(rows).values(), *vars(ALWAYS).values(), at_ms), kept):
        np.testing.assert_array_equal(values, before)
