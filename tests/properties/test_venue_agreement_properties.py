"""Nothing that venues say is known before it was said, in whatever order it is written down.

A bot is acted out candle by candle: it is late, it misses candles, it stands still for hours. What
its forecasts saw of the marks then is what a backtest makes of them afterwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from random_candles import INTERVAL_MS, START_MS, random_candles

from aurum_plugins.features.consensus_marks import ConsensusMarks
from aurum_plugins.features.venue_agreement import venue_agreement

ROWS = 24


@dataclass(frozen=True)
class Decided:
    """How long after its close a candle was decided, and what venues said then."""

    delay_ms: int
    quality: float
    price: float | None


said = st.builds(
    Decided,
    st.one_of(st.integers(0, 5_000), st.integers(0, 4 * INTERVAL_MS)),
    st.sampled_from([0.0, 0.4, 0.97, 1.0]),
    st.sampled_from([None, 98.0, 100.0, 103.0]),
)
# None: the bot was down, or its database was.
histories = st.lists(st.one_of(st.none(), said, said, said), min_size=ROWS, max_size=ROWS)
worlds = st.tuples(st.integers(0, 99), st.sampled_from([0.0, 0.1]), histories)


def close_ms(row: int) -> int:
    return START_MS + (row + 1) * INTERVAL_MS


def marks_of(history: list[Decided | None]) -> list[tuple[int, int, float, float | None]]:
    """As they were written, one after the other: nothing is decided before what came first."""
    rows, now_ms = [], 0
    for row, decided in enumerate(history):
        if decided is not None:
            now_ms = max(now_ms, close_ms(row) + decided.delay_ms)
            price = decided.price if decided.quality else None
            rows.append((close_ms(row) - INTERVAL_MS, now_ms, decided.quality, price))
    return rows


def columns(candles, rows) -> np.ndarray:
    return np.array(list(venue_agreement(candles, ConsensusMarks.of(rows)).values()))


@given(world=worlds)
@settings(max_examples=60, deadline=None)
def test_a_running_bot_saw_what_a_backtest_sees(world) -> None:
    seed, absent, history = world
    candles = random_candles(seed, ROWS, absent=absent)
    rows = marks_of(history)
    backtest = columns(candles, rows)
    written = 0
    for row, decided in enumerate(history):
        if decided is None:
            continue
        # The forecast comes first, from the candles until then; its own mark is written after it.
        live = columns(candles[: row + 1], rows[:written])
        np.testing.assert_array_equal(live[:, -1], backtest[:, row])
        written += 1


@given(world=worlds, cut=st.integers(1, ROWS), noise=st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_later_candles_and_later_marks_change_no_earlier_row(world, cut, noise) -> None:
    seed, absent, history = world
    candles = random_candles(seed, ROWS, absent=absent)
    rows = marks_of(history)
    known_ms = close_ms(cut - 1)
    known = [mark for mark in rows if mark[1] <= known_ms]
    rng = np.random.default_rng(noise)
    # Whatever is said later may say anything, and of any candle.
    other = [
        mark if mark[1] <= known_ms else (*mark[:2], rng.random(), 90 + 20 * rng.random())
        for mark in rows
    ]
    expected = columns(candles, rows)[:, :cut]
    np.testing.assert_array_equal(columns(candles[:cut], known), expected)
    np.testing.assert_array_equal(columns(candles, other)[:, :cut], expected)


@given(world=worlds)
@settings(max_examples=60, deadline=None)
def test_row_by_row_from_the_rule(world) -> None:
    seed, absent, history = world
    candles = random_candles(seed, ROWS, absent=absent)
    rows = marks_of(history)
    found = columns(candles, rows)
    for row in range(ROWS):
        known = [
            mark
            for mark in rows
            if mark[1] <= close_ms(row)
            and candles.open_ms[row] - 2 * INTERVAL_MS <= mark[0] < candles.open_ms[row]
        ]
        if not known or not candles.observed[row]:
            assert np.isnan(found[:, row]).all()
            continue
        candle_ms, _, quality, price = max(known)
        of = (candle_ms - START_MS) // INTERVAL_MS
        assert found[0, row] == quality
        if price is None or not candles.observed[of]:
            assert math.isnan(found[1, row])
        else:
            assert math.isclose(
                found[1, row], math.log(candles.close[of] / price), rel_tol=0, abs_tol=1e-12
            )


@given(world=worlds)
@settings(max_examples=60, deadline=None)
def test_the_quality_is_a_share_and_nothing_is_infinite(world) -> None:
    seed, absent, history = world
    quality, gap = columns(random_candles(seed, ROWS, absent=absent), marks_of(history))
    assert ((quality >= 0) & (quality <= 1) | np.isnan(quality)).all()
    assert not np.isinf(gap).any()
    assert np.isnan(gap[np.isnan(quality) | (quality == 0)]).all()
