from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aurum_plugins.signals import breaks_down, breaks_out, lower_channel, upper_channel

NAN = float("nan")


def series(*values: float) -> pd.Series:
    return pd.Series(values, dtype=float)


def test_upper_channel_leaves_out_the_candle_it_judges():
    got = upper_channel(series(1, 5, 2, 3, 9, 4), 3)
    np.testing.assert_array_equal(got, [NAN, NAN, NAN, 5, 5, 9])


def test_lower_channel_leaves_out_the_candle_it_judges():
    got = lower_channel(series(5, 3, 4, 6, 1, 2), 2)
    np.testing.assert_array_equal(got, [NAN, 5, 3, 3, 4, 1])


def test_one_missing_high_blocks_entries_for_a_whole_channel():
    got = upper_channel(series(1, 2, NAN, 4, 5, 6), 2)
    np.testing.assert_array_equal(got, [NAN, NAN, 2, NAN, NAN, 5])


def test_one_missing_low_does_not_keep_a_position_from_being_left():
    got = lower_channel(series(4, 3, NAN, 5, 6, 7), 3)
    np.testing.assert_array_equal(got, [NAN, NAN, 3, 3, 3, 5])


def test_an_exit_needs_half_of_its_channel():
    got = lower_channel(series(4, NAN, NAN, 5, 6), 3)
    np.testing.assert_array_equal(got, [NAN, NAN, NAN, NAN, NAN])


def test_entry_wants_a_close_strictly_above():
    candles = pd.DataFrame({"close": [9.9, 10.0, 10.1, 10.1], "volume": [1.0, 1.0, 1.0, 0.0]})
    got = breaks_out(candles, series(10, 10, 10, 10))
    assert got.tolist() == [False, False, True, False]


def test_exit_wants_a_close_strictly_below_and_no_volume():
    candles = pd.DataFrame({"close": [10.1, 10.0, 9.9], "volume": [1.0, 1.0, 0.0]})
    assert breaks_down(candles, series(10, 10, 10)).tolist() == [False, False, True]


@pytest.mark.parametrize("close", [NAN, np.inf, -np.inf])
def test_a_close_that_is_no_number_signals_nothing(close):
    candles = pd.DataFrame({"close": [close], "volume": [1.0]})
    assert not breaks_out(candles, series(10)).any()
    assert not breaks_down(candles, series(10)).any()


def test_a_rising_market_enters_as_soon_as_the_channel_is_full():
    price = pd.Series(np.arange(1.0, 31.0))
    candles = pd.DataFrame({"close": price, "volume": 1.0})
    got = breaks_out(candles, upper_channel(price, 10))
    assert got.tolist() == [False] * 10 + [True] * 20


@pytest.mark.parametrize("seed", range(20))
def test_a_candle_never_enters_and_leaves_at_once(seed, make_candles):
    candles = make_candles(seed, 300)
    enter = breaks_out(candles, upper_channel(candles["high"], 20))
    leave = breaks_down(candles, lower_channel(candles["low"], 10))
    assert not (enter & leave).any()
    assert enter.any()
    assert leave.any()
