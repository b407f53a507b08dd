from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from random_candles import INTERVAL_MS, START_MS, random_candles, with_holes

from aurum_plugins.features.consensus_marks import ConsensusMarks
from aurum_plugins.features.venue_agreement import GAP, LOOKBACK, QUALITY, venue_agreement

NAN = float("nan")
SOON_MS = 700
CANDLES = random_candles(3, 8)


def open_ms(row: int) -> int:
    return START_MS + row * INTERVAL_MS


def mark(row: int, quality: float, price: float | None, late_ms: int = SOON_MS):
    """Of a row's candle, seen so long after its close."""
    return open_ms(row), open_ms(row + 1) + late_ms, quality, price


def told(*marks, candles=CANDLES) -> dict[str, list[float]]:
    columns = venue_agreement(candles, ConsensusMarks.of(marks))
    return {name: values.tolist() for name, values in columns.items()}


def gap(row: int, price: float) -> float:
    return math.log(CANDLES.close[row] / price)


class TestKnownAnswers:
    def test_a_mark_is_first_known_to_the_next_candle(self) -> None:
        columns = told(mark(3, 0.8, 99.0))
        assert columns[QUALITY] == pytest.approx(
            [NAN, NAN, NAN, NAN, 0.8, 0.8, NAN, NAN], nan_ok=True
        )
        expected = [NAN, NAN, NAN, NAN, gap(3, 99.0), gap(3, 99.0), NAN, NAN]
        assert columns[GAP] == pytest.approx(expected, nan_ok=True)

    def test_the_newer_mark_counts(self) -> None:
        columns = told(mark(2, 0.8, 99.0), mark(3, 0.5, 101.0))
        assert columns[QUALITY][3:6] == [0.8, 0.5, 0.5]
        assert columns[GAP][3:6] == pytest.approx([gap(2, 99.0), gap(3, 101.0), gap(3, 101.0)])

    def test_a_newer_one_without_consensus_too(self) -> None:
        columns = told(mark(2, 0.8, 99.0), mark(3, 0.0, None))
        assert columns[QUALITY][3:6] == [0.8, 0.0, 0.0]
        assert columns[GAP][3:6] == pytest.approx([gap(2, 99.0), NAN, NAN], nan_ok=True)

    @pytest.mark.parametrize(
        ("late_ms", "first"), [(0, 4), (INTERVAL_MS, 4), (INTERVAL_MS + 1, 5), (2 * INTERVAL_MS, 5)]
    )
    def test_it_counts_from_when_it_was_seen(self, late_ms, first) -> None:
        quality = told(mark(3, 0.8, 99.0, late_ms))[QUALITY]
        assert [row for row in range(8) if quality[row] == 0.8] == list(range(first, 6))

    def test_seen_too_late_it_never_counts(self) -> None:
        columns = told(mark(3, 0.8, 99.0, 2 * INTERVAL_MS + 1))
        assert np.isnan([*columns[QUALITY], *columns[GAP]]).all()

    def test_not_even_by_a_clock_that_is_slow_for_its_own_candle(self) -> None:
        assert math.isnan(told(mark(3, 0.8, 99.0, -50))[QUALITY][3])

    def test_a_mark_from_before_the_first_candle_has_no_close_to_compare_with(self) -> None:
        columns = told(mark(-1, 0.8, 99.0))
        assert columns[QUALITY][:2] == [0.8, 0.8]
        assert np.isnan(columns[GAP]).all()

    def test_a_candle_that_was_not_observed(self) -> None:
        candles = with_holes(CANDLES, np.arange(8) == 4)
        columns = told(mark(3, 0.8, 99.0), mark(4, 0.7, 98.0), candles=candles)
        assert columns[QUALITY] == pytest.approx(
            [NAN, NAN, NAN, NAN, NAN, 0.7, 0.7, NAN], nan_ok=True
        )
        assert np.isnan(columns[GAP]).all()


class TestWhatIsNone:
    @pytest.mark.parametrize("quality", [-0.1, 1.1, NAN, None, math.inf])
    def test_no_quality(self, quality) -> None:
        columns = told(mark(3, quality, 99.0))
        assert np.isnan(columns[QUALITY]).all()
        assert columns[GAP][4] == pytest.approx(gap(3, 99.0))

    @pytest.mark.parametrize("price", [0.0, -1.0, NAN, None, math.inf])
    def test_no_price(self, price) -> None:
        columns = told(mark(3, 0.8, price))
        assert columns[QUALITY][4] == 0.8
        assert np.isnan(columns[GAP]).all()

    def test_no_marks(self) -> None:
        columns = told()
        assert list(columns) == ["consensus_quality", "consensus_gap"]
        assert np.isnan(list(columns.values())).all()

    def test_no_candles(self) -> None:
        columns = told(mark(3, 0.8, 99.0), candles=CANDLES[:0])
        assert columns == {QUALITY: [], GAP: []}


def test_prices_in_another_unit_change_nothing() -> None:
    prices = {name: 1_000 * getattr(CANDLES, name) for name in ("open", "high", "low", "close")}
    other = told(mark(2, 0.8, 99_000.0), candles=replace(CANDLES, **prices))
    known = told(mark(2, 0.8, 99.0))
    for name, values in known.items():
        assert other[name] == pytest.approx(values, nan_ok=True, abs=1e-12)


def test_nothing_given_is_changed() -> None:
    marks = ConsensusMarks.of([mark(2, 0.8, 99.0), mark(3, 0.0, None)])
    before = [values.copy() for values in vars(marks).values()]
    close = CANDLES.close.copy()
    venue_agreement(CANDLES, marks)
    np.testing.assert_array_equal(CANDLES.close, close)
    for values, kept in zip(vars(marks).values(), before):
        np.testing.assert_array_equal(values, kept)


def test_a_row_depends_on_three_candles() -> None:
    marks = ConsensusMarks.of([mark(row, 0.5 + row / 20, 99.0 + row) for row in range(8)])
    whole = venue_agreement(CANDLES, marks)
    for row in range(LOOKBACK - 1, 8):
        alone = venue_agreement(CANDLES[row + 1 - LOOKBACK : row + 1], marks)
        for name, values in alone.items():
            assert values[-1] == whole[name][row]
