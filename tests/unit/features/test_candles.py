from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.features.candles import CandleStatus

NAN = float("nan")
COLUMNS = ("open_ms", "open", "high", "low", "close", "volume", "status")


def test_only_observed_candles_carry_information(candles_of):
    candles = candles_of([1, 2, 3, 4, 5])
    candles.status[:] = [
        CandleStatus.OBSERVED,
        CandleStatus.MISSING,
        CandleStatus.EMPTY,
        CandleStatus.INVALID,
        CandleStatus.IMPLAUSIBLE,
    ]
    assert candles.observed.tolist() == [True, False, False, False, False]
    assert not candles.is_whole
    assert len(candles) == 5


def test_the_series_of_whole_candles_is_their_columns(make_candles):
    candles = make_candles(1, 50)
    assert candles.is_whole
    for name in ("open", "high", "low", "close", "volume"):
        assert getattr(candles.series, name) is getattr(candles, name)


def test_the_series_leaves_out_what_was_not_observed(make_candles):
    candles = make_candles(2, 200, absent=0.3)
    assert 100 < len(candles.series) < 200
    for name in ("open", "high", "low", "close", "volume"):
        column = getattr(candles.series, name)
        np.testing.assert_array_equal(column, getattr(candles, name)[candles.observed])
        assert np.isfinite(column).all()
        assert (column > 0).all()


def test_the_series_knows_what_comes_after_a_gap(candles_of):
    series = candles_of(range(1, 9), absent=[0, 2, 3, 6]).series
    assert series.close.tolist() == [2, 5, 6, 8]
    assert series.after_gap[1:].tolist() == [True, False, True]


def test_the_series_of_whole_candles_has_no_gaps(make_candles):
    assert make_candles(1, 50).series.after_gap is None


def test_no_return_spans_a_gap(make_candles):
    candles = make_candles(6, 300, absent=0.2)
    neighbours = candles.observed[1:] & candles.observed[:-1]
    got = candles.scatter(candles.series.log_return)[1:]
    before = np.where(neighbours, candles.close[:-1], candles.open[1:])[candles.observed[1:]]
    expected = np.log(candles.close[1:][candles.observed[1:]] / before)
    assert candles.observed[0]
    np.testing.assert_allclose(got[candles.observed[1:]], expected, rtol=1e-9, atol=1e-14)


def test_scatter_puts_values_back_on_the_grid(candles_of):
    candles = candles_of([1, 2, 3, 4, 5], absent=[0, 3])
    got = candles.scatter(np.array([20.0, 30.0, 50.0]))
    np.testing.assert_array_equal(got, [NAN, 20, 30, NAN, 50])


def test_scatter_gives_the_closes_back(make_candles):
    candles = make_candles(3, 300, absent=0.2)
    expected = np.where(candles.observed, candles.close, NAN)
    np.testing.assert_array_equal(candles.scatter(candles.series.close), expected)


def test_scatter_of_whole_candles_copies_nothing(candles_of):
    values = np.array([1.0, 2.0])
    assert candles_of([1, 2]).scatter(values) is values


def test_coverage_of_hand(candles_of):
    candles = candles_of([1] * 6, absent=[1, 2, 5])
    np.testing.assert_array_equal(candles.coverage(1), [1, 0, 0, 1, 1, 0])
    np.testing.assert_array_equal(candles.coverage(2), [1, 0.5, 0, 0.5, 1, 0.5])
    np.testing.assert_array_equal(candles.coverage(4), [1, 0.75, 0.5, 0.5, 0.5, 0.5])
    np.testing.assert_array_equal(candles.coverage(100), 1 - np.array([0, 1, 2, 2, 2, 3]) / 100)


@pytest.mark.parametrize("window", [1, 2, 7, 50, 199, 200, 500])
def test_coverage_is_the_share_observed(make_candles, window):
    candles = make_candles(4, 200, absent=0.25)
    expected = [
        1 - (~candles.observed[max(0, row - window + 1) : row + 1]).sum() / window
        for row in range(200)
    ]
    np.testing.assert_array_equal(candles.coverage(window), expected)


def test_coverage_is_computed_once_for_a_window(candles_of):
    candles = candles_of([1, 2, 3], absent=[1])
    assert candles.coverage(2) is candles.coverage(2)
    assert candles.coverage(3) is not candles.coverage(2)


@pytest.mark.parametrize("rows", [slice(None), slice(3, 7), slice(-4, None), slice(0, 0)])
def test_a_slice_is_candles_again(make_candles, rows):
    candles = make_candles(5, 20, absent=0.4)
    candles.coverage(3)
    part = candles[rows]
    assert part.interval_ms == candles.interval_ms
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(part, name), getattr(candles, name)[rows])


def test_a_slice_knows_nothing_of_what_came_before(candles_of):
    candles = candles_of([1] * 5, absent=[0, 1])
    assert candles.coverage(4)[2] == 0.5
    np.testing.assert_array_equal(candles[2:].coverage(4), [1, 1, 1])


def test_no_candles(candles_of):
    candles = candles_of([])
    assert len(candles) == 0
    assert candles.is_whole
    assert candles.coverage(5).shape == (0,)
    assert len(candles.series) == 0
