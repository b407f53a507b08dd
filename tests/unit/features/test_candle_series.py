from __future__ import annotations

import math

import numpy as np
import pytest

from aurum_plugins.features.candle_series import CandleSeries, lagged

NAN = float("nan")


@pytest.fixture
def series() -> CandleSeries:
    """A rise that opens with a gap, then a fall."""
    return CandleSeries(
        open=np.array([10.0, 13.0, 12.0]),
        high=np.array([12.0, 16.0, 12.0]),
        low=np.array([8.0, 12.5, 6.0]),
        close=np.array([11.0, 14.0, 8.0]),
        volume=np.array([2.0, 5.0, 1.0]),
    )


def close_to(got, expected) -> None:
    np.testing.assert_allclose(got, expected, rtol=1e-14, atol=0)


def test_length_is_the_number_of_candles(series):
    assert len(series) == 3


def test_logarithms(series):
    close_to(series.log_open, [math.log(x) for x in (10, 13, 12)])
    close_to(series.log_high, [math.log(x) for x in (12, 16, 12)])
    close_to(series.log_low, [math.log(x) for x in (8, 12.5, 6)])
    close_to(series.log_close, [math.log(x) for x in (11, 14, 8)])


def test_returns_start_with_the_second_candle(series):
    rise, fall = math.log(14 / 11), math.log(8 / 14)
    np.testing.assert_allclose(series.log_return, [NAN, rise, fall], rtol=1e-14)
    np.testing.assert_allclose(series.squared_return, [NAN, rise**2, fall**2], rtol=1e-13)
    np.testing.assert_allclose(series.absolute_return, [NAN, rise, -fall], rtol=1e-14)
    close_to(series.log_previous_close, [NAN, math.log(11), math.log(14)])


def test_ranges(series):
    expected = [math.log(12 / 8), math.log(16 / 12.5), math.log(12 / 6)]
    np.testing.assert_allclose(series.log_range, expected, rtol=1e-14)


def test_the_true_range_reaches_to_the_close_before(series):
    # The second candle opens above it, the third below.
    expected = [NAN, math.log(16 / 11), math.log(14 / 6)]
    np.testing.assert_allclose(series.log_true_range, expected, rtol=1e-14)


def test_what_belongs_to_one_candle_does_not_span_a_gap(series):
    columns = (series.open, series.high, series.low, series.close, series.volume)
    gapped = CandleSeries(*columns, after_gap=np.array([False, True, False]))
    close_to(gapped.log_previous_close, [NAN, math.log(13), math.log(14)])
    rise, fall = math.log(14 / 13), math.log(8 / 14)
    np.testing.assert_allclose(gapped.log_return, [NAN, rise, fall], rtol=1e-13)
    np.testing.assert_allclose(gapped.squared_return, [NAN, rise**2, fall**2], rtol=1e-13)
    np.testing.assert_allclose(gapped.absolute_return, [NAN, rise, -fall], rtol=1e-13)
    ranges = [NAN, math.log(16 / 12.5), math.log(14 / 6)]
    np.testing.assert_allclose(gapped.log_true_range, ranges, rtol=1e-13)
    # The price itself did change.
    np.testing.assert_array_equal(gapped.level, series.level)


def test_before_the_first_candle_nothing_is_known_gap_or_not(series):
    columns = (series.open, series.high, series.low, series.close, series.volume)
    gapped = CandleSeries(*columns, after_gap=np.array([True, False, False]))
    np.testing.assert_array_equal(gapped.log_return, series.log_return)
    np.testing.assert_array_equal(gapped.log_true_range, series.log_true_range)


def test_typical_price_and_turnover(series):
    close_to(series.typical_price, [31 / 3, 42.5 / 3, 26 / 3])
    close_to(series.quote_volume, [62 / 3, 212.5 / 3, 26 / 3])


def test_close_location_is_1_at_the_high_and_minus_1_at_the_low():
    low, high = np.array([5.0, 5.0, 5.0, 5.0]), np.array([9.0, 9.0, 9.0, 5.0])
    close = np.array([9.0, 5.0, 7.0, 5.0])
    series = CandleSeries(close, high, low, close, np.ones(4))
    np.testing.assert_array_equal(series.close_location, [1, -1, 0, 0])


def test_a_derived_series_is_computed_once(series):
    assert series.log_return is series.log_return


@pytest.mark.parametrize("rows", [0, 1])
def test_short_series_have_no_returns(rows):
    column = np.full(rows, 3.0)
    series = CandleSeries(*[column] * 5)
    for name in ("log_return", "squared_return", "absolute_return", "log_true_range"):
        np.testing.assert_array_equal(getattr(series, name), [NAN] * rows)
    np.testing.assert_array_equal(series.close_location, [0.0] * rows)


@pytest.mark.parametrize(
    ("candles", "expected"),
    [
        (0, [1, 2, 3]),
        (1, [NAN, 1, 2]),
        (2, [NAN, NAN, 1]),
        (3, [NAN, NAN, NAN]),
        (9, [NAN, NAN, NAN]),
    ],
)
def test_lagged(candles, expected):
    np.testing.assert_array_equal(lagged(np.array([1.0, 2.0, 3.0]), candles), expected)


def test_lagged_of_nothing_is_nothing():
    assert lagged(np.empty(0), 2).shape == (0,)


def test_lagged_never_looks_ahead():
    with pytest.raises(ValueError, match=r"candles must be 0 or more, got -1: .* the future"):
        lagged(np.ones(3), -1)
