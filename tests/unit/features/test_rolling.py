from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aurum_plugins.features.rolling import (
    divide,
    rolling_correlation,
    rolling_covariance,
    rolling_max,
    rolling_mean,
    rolling_min,
    rolling_std,
    rolling_sum,
    rolling_variance,
)

NAN = float("nan")
WINDOWS = [1, 2, 5, 14, 30]
OF_ONE = {
    rolling_sum: lambda w: w.sum(),
    rolling_mean: lambda w: w.mean(),
    rolling_max: lambda w: w.max(),
    rolling_min: lambda w: w.min(),
    rolling_variance: lambda w: w.var(),
    rolling_std: lambda w: w.std(),
}
OF_TWO = {
    rolling_covariance: lambda a, b: np.mean(a * b) - a.mean() * b.mean(),
    rolling_correlation: lambda a, b: np.corrcoef(a, b)[0, 1],
}


def sample(seed: int, rows: int = 120) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.3, 1.0, rows)


def by_window(function, window: int, *columns: np.ndarray) -> list[float]:
    rows = range(window - 1, len(columns[0]))
    values = [function(*(c[row - window + 1 : row + 1] for c in columns)) for row in rows]
    return [NAN] * (window - 1) + values


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("function", OF_ONE, ids=lambda f: f.__name__)
def test_statistics_of_one_column(function, window):
    values = sample(window)
    expected = by_window(OF_ONE[function], window, values)
    np.testing.assert_allclose(function(values, window), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("window", [2, 5, 14, 30])
@pytest.mark.parametrize("function", OF_TWO, ids=lambda f: f.__name__)
def test_statistics_of_two_columns(function, window):
    first = sample(window)
    second = 0.5 * first + sample(window + 1)
    expected = by_window(OF_TWO[function], window, first, second)
    np.testing.assert_allclose(function(first, second, window), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("function", OF_ONE, ids=lambda f: f.__name__)
def test_a_warm_up_at_the_beginning_is_carried_on(function):
    values = sample(3)
    values[:4] = NAN
    got = function(values, 5)
    assert np.isnan(got[:8]).all()
    np.testing.assert_allclose(got[4:], function(values[4:], 5), rtol=1e-10)


@pytest.mark.parametrize("window", [2, 14])
@pytest.mark.parametrize("level", [0.0, 1.0, 0.1, 1e-9, -123.456, 1e12])
def test_what_does_not_move_has_no_variance(level, window):
    values = np.full(60, level)
    np.testing.assert_array_equal(rolling_variance(values, window)[window - 1 :], 0.0)
    np.testing.assert_array_equal(rolling_std(values, window)[window - 1 :], 0.0)
    assert np.isnan(rolling_correlation(values, sample(1, 60), window)).all()


@pytest.mark.parametrize("scale", [1e-8, 1e-3, 1e3, 1e8])
def test_no_result_depends_on_the_unit(scale):
    first, second = sample(7), sample(8)
    close = {"rtol": 1e-9}
    variance = rolling_variance(first, 14)
    np.testing.assert_allclose(rolling_variance(scale * first, 14), scale**2 * variance, **close)
    correlation = rolling_correlation(first, second, 14)
    got = rolling_correlation(scale * first, second / scale, 14)
    np.testing.assert_allclose(got, correlation, rtol=1e-8, atol=1e-11)


def test_a_column_correlates_with_itself():
    values = sample(9)
    np.testing.assert_allclose(rolling_correlation(values, 3 * values, 10)[9:], 1.0, rtol=1e-9)
    np.testing.assert_allclose(rolling_correlation(values, -values, 10)[9:], -1.0, rtol=1e-9)


def test_a_correlation_stays_between_minus_1_and_1():
    values = sample(10, 2_000)
    for window in (2, 3, 30):
        got = rolling_correlation(values, 1e-2 * values + 1.0, window)[window - 1 :]
        assert not (np.abs(got) > 1.0).any()
        assert np.nanmin(got) > 0.999


@pytest.mark.parametrize("function", OF_ONE, ids=lambda f: f.__name__)
@pytest.mark.parametrize("rows", [0, 1, 4])
def test_less_history_than_a_window_has_no_value(function, rows):
    got = function(np.ones(rows), 5)
    assert got.shape == (rows,)
    assert np.isnan(got).all()


def test_extremes_agree_with_pandas_over_ties():
    values = np.random.default_rng(2).integers(0, 4, 200).astype(float)
    np.testing.assert_array_equal(rolling_max(values, 9), pd.Series(values).rolling(9).max())
    np.testing.assert_array_equal(rolling_min(values, 9), pd.Series(values).rolling(9).min())


def test_a_quotient_without_a_positive_denominator_is_undefined():
    numerator = np.array([1.0, 1.0, 1.0, NAN, 1.0, 0.0])
    denominator = np.array([2.0, 0.0, -1.0, 1.0, NAN, 4.0])
    np.testing.assert_array_equal(divide(numerator, denominator), [0.5, NAN, NAN, NAN, NAN, 0.0])


@pytest.mark.parametrize("function", OF_ONE, ids=lambda f: f.__name__)
@pytest.mark.parametrize("window", [1, 5])
def test_the_input_is_not_changed(function, window):
    values = sample(11)
    before = values.copy()
    function(values, window)
    np.testing.assert_array_equal(values, before)
