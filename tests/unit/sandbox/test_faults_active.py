"""Spoilt candles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.sandbox.faults import ActiveFaults
from aurum_plugins.sandbox.faults.candles import (
    Gapped,
    NotANumber,
    Rows,
    WrongTimestamps,
    ZeroVolume,
)
from aurum_plugins.sandbox.faults.draws import unit_draw, unit_draws
from aurum_plugins.sandbox.market.tape import Candles

START = 28_000_000


def candles_of(count: int, first: int = START) -> Candles:
    open_ms = (first + np.arange(count, dtype=np.int64)) * MINUTE_MS
    base = 100.0 + np.arange(count, dtype=np.float64)
    return Candles(open_ms, base, base + 2, base - 2, base + 1, base * 10)


def same(left: Candles, right: Candles) -> bool:
    pairs = zip(left.columns, right.columns, strict=True)
    return all(np.array_equal(a, b, equal_nan=True) for a, b in pairs)


def test_no_fault_gives_back_the_same_object() -> None:
    candles = candles_of(3)
    neutral = ActiveFaults()
    assert not neutral.touches_candles
    assert neutral.candles(candles, MINUTE_MS) is candles


@pytest.mark.parametrize(
    "fault",
    [
        Gapped(Rows(newest=2)),
        NotANumber(Rows(fraction=0.5)),
        ZeroVolume(Rows(fraction=1.0)),
        WrongTimestamps(30_000),
    ],
)
@pytest.mark.parametrize("count", [0, 1, 50])
def test_input_is_not_mutated_and_columns_stay_equally_long(fault: object, count: int) -> None:
    candles, copy = candles_of(count), candles_of(count)
    spoilt = ActiveFaults(candle_faults=(fault,)).candles(candles, MINUTE_MS)  # type: ignore[arg-type]
    assert same(candles, copy)
    assert {len(column) for column in spoilt.columns} == {len(spoilt)}


def test_gaps_at_the_end() -> None:
    spoilt = Gapped(Rows(newest=2))(candles_of(5), MINUTE_MS)
    assert same(spoilt, candles_of(3))
    assert len(Gapped(Rows(newest=9))(candles_of(5), MINUTE_MS)) == 0


def test_nan_hits_all_values_and_no_time() -> None:
    spoilt = NotANumber(Rows(newest=1))(candles_of(4), MINUTE_MS)
    assert np.array_equal(spoilt.open_ms, candles_of(4).open_ms)
    for column in spoilt.columns[1:]:
        assert np.isnan(column).tolist() == [False, False, False, True]


def test_zero_volume_leaves_prices() -> None:
    spoilt = ZeroVolume(Rows(newest=1))(candles_of(3), MINUTE_MS)
    assert spoilt.volume.tolist() == [1000.0, 1010.0, 0.0]
    assert np.array_equal(spoilt.close, candles_of(3).close)


def test_wrong_timestamps_shift_all() -> None:
    spoilt = WrongTimestamps(-30_000)(candles_of(3), MINUTE_MS)
    assert (candles_of(3).open_ms - spoilt.open_ms).tolist() == [30_000] * 3


def test_faults_apply_in_order() -> None:
    faults = (Gapped(Rows(newest=1)), ZeroVolume(Rows(newest=1)))
    spoilt = ActiveFaults(candle_faults=faults).candles(candles_of(3), MINUTE_MS)
    assert spoilt.volume.tolist() == [1000.0, 0.0]


@given(
    key=st.integers(0, 2**64 - 1),
    fraction=st.floats(0, 1),
    start=st.integers(0, 300),
    length=st.integers(0, 300),
)
def test_a_hit_candle_is_hit_in_every_answer(
    key: int, fraction: float, start: int, length: int
) -> None:
    gap = Gapped(Rows(fraction=fraction, key=key))
    everything = candles_of(600)
    shown = set(gap(everything, MINUTE_MS).open_ms.tolist())
    window = everything[start : start + length]
    assert gap(window, MINUTE_MS).open_ms.tolist() == [
        time for time in window.open_ms.tolist() if time in shown
    ]


@pytest.mark.parametrize("fraction", [0.0, 0.05, 0.7, 1.0])
def test_the_fraction_is_kept_without_pattern(fraction: float) -> None:
    hit = Rows(fraction=fraction, key=9).mask(candles_of(20_000), MINUTE_MS)
    assert hit.mean() == pytest.approx(fraction, abs=0.012)
    if 0 < fraction < 1:
        neighbours = np.corrcoef(hit[1:], hit[:-1])[0, 1]
        assert abs(neighbours) < 0.03


def test_draws_are_uniform_frozen_and_named_by_all_their_parts() -> None:
    draws = unit_draws(5, np.arange(20_000, dtype=np.int64))
    assert draws.min() >= 0
    assert draws.max() < 1
    assert draws.mean() == pytest.approx(0.5, abs=0.01)
    assert draws.std() == pytest.approx(12**-0.5, abs=0.01)
    assert unit_draw(1, 2, 3) == unit_draw(1, 2, 3)
    assert unit_draw(1, 23) != unit_draw(12, 3)
    assert unit_draws(5, np.arange(2, dtype=np.int64)).tolist() == [
        0.7138577247376192,
        0.386768045983934,
    ]
