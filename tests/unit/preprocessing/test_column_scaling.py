from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.preprocessing.column_scaling import NORMAL_RANGE, ColumnScaling, Unusable

NAN, INF = np.nan, np.inf


def scaled(column, width=8.0, rows=None):
    values = np.array(column, dtype=float)[:, np.newaxis]
    given = values if rows is None else np.array(rows, dtype=float)[:, np.newaxis]
    return ColumnScaling.of(values, width).apply(given)[:, 0]


def test_the_median_becomes_0_and_the_normal_range_1():
    # Quartiles of 1 ... 5 are 2 and 4.
    np.testing.assert_allclose(
        scaled([5, 1, 4, 2, 3]), np.array([2, -2, 1, -1, 0]) / 2 * 1.349, 1e-4
    )


def test_quantiles_are_those_of_numpy():
    rng = np.random.default_rng(1)
    for rows in range(2, 40):
        values = rng.standard_t(2, rows)
        low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
        expected = np.clip((values - median) / ((high - low) / NORMAL_RANGE), -8, 8)
        np.testing.assert_allclose(scaled(values), expected, rtol=1e-12, atol=1e-13)


def test_normal_values_get_a_standard_deviation_of_1():
    values = np.random.default_rng(2).normal(50, 7, 20_000)
    assert scaled(values).std() == pytest.approx(1, abs=0.02)


def test_missing_values_become_the_median_and_do_not_shift_it():
    np.testing.assert_array_equal(
        scaled([1, 2, 3, 4, 5, NAN, INF, -INF])[:5], scaled([1, 2, 3, 4, 5])
    )
    np.testing.assert_array_equal(scaled([1, 2, 3, 4, 5], rows=[NAN, INF, -INF]), [0, 0, 0])


def test_extremes_are_clipped_on_both_sides():
    np.testing.assert_array_equal(
        scaled([1, 2, 3, 4, 5], 3.0, rows=[1e308, -1e308, 1e9]), [3, -3, 3]
    )


def test_where_most_values_are_equal_the_usual_distance_of_the_others_is_the_spread():
    # Distances from 0 of those that differ: 1, 2, 4; their median is 2.
    np.testing.assert_array_equal(scaled([0] * 20 + [1, -2, 4])[-3:], [0.5, -1, 2])


def test_one_absurd_value_among_flags_does_not_hide_them():
    np.testing.assert_array_equal(scaled([0] * 20 + [1, 1, 1, 1e308])[-4:], [1, 1, 1, 8])


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ([NAN, NAN, NAN], Unusable.MISSING),
        ([INF, -INF, NAN], Unusable.MISSING),
        ([3, 3, 3], Unusable.CONSTANT),
        ([NAN, 3, NAN], Unusable.CONSTANT),
        ([0, 0, 0], Unusable.CONSTANT),
        ([0.1 + 0.2, 0.3, 0.3, 0.3], Unusable.CONSTANT),
        ([1e308, 1e308], Unusable.CONSTANT),
    ],
)
def test_a_column_without_spread_is_unusable_and_becomes_0(column, reason):
    values = np.array(column)[:, np.newaxis]
    scaling = ColumnScaling.of(values, 8.0)
    assert scaling.unusable == (reason,)
    assert not scaling.usable.any()
    np.testing.assert_array_equal(
        scaling.apply(np.array([[7.0], [-1e308], [NAN]])), np.zeros((3, 1))
    )


@pytest.mark.parametrize("unit", [1e300, 1e-300, 5e-324, 2.0**-1070])
def test_huge_and_subnormal_columns_keep_their_shape(unit):
    whole = np.array([1, 2, 3, 4, 5, 6, 7, 9], dtype=float)
    np.testing.assert_allclose(scaled(whole * unit), scaled(whole), rtol=1e-12, atol=1e-12)


def test_a_column_over_the_whole_range_of_floats_does_not_overflow():
    values = np.array([-1.7e308, -1e308, 0, 1e308, 1.7e308])
    np.testing.assert_allclose(scaled(values), values / 1e308 / 2 * NORMAL_RANGE)
    flat = np.array([-1.7e308] * 9 + [1.7e308])
    assert np.isfinite(scaled(flat)).all()
    assert scaled(flat)[-1] > 0


def test_a_neighbour_that_does_not_count_does_not_swallow_the_spread():
    # Of the distances 5e-324, 5e-324 and 1e308 the second is the median.
    np.testing.assert_array_equal(scaled([0] * 20 + [5e-324, -5e-324, 1e308])[-3:], [1, -1, 8])
