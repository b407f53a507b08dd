from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.signals import atr_stop_price, average_true_range

NAN = float("nan")


def frame(high: list[float], low: list[float], close: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"high": high, "low": low, "close": close})


def test_true_range_reaches_over_a_gap():
    candles = frame([10, 15, 9], [9, 14, 8], [10, 14, 8])
    # 10-9, then 15-10 up from the close before, then 14-8 down from it.
    np.testing.assert_allclose(average_true_range(candles, 1), [1, 5, 6])
    np.testing.assert_allclose(average_true_range(candles, 3), [NAN, NAN, 4])


def test_a_missing_close_falls_back_to_the_candle_itself():
    candles = frame([10, 15, 9], [9, 14, 8], [10, NAN, 8])
    np.testing.assert_allclose(average_true_range(candles, 1), [1, 5, 1])


def test_a_missing_high_is_not_papered_over():
    candles = frame([10, NAN, 9], [9, 14, 8], [10, 14, 8])
    np.testing.assert_allclose(average_true_range(candles, 1), [1, NAN, 6])


def test_stop_price_of_known_numbers():
    assert atr_stop_price(100.0, 1.5, 10.0) == 85.0


def test_stop_price_stays_at_zero_or_above():
    assert atr_stop_price(10.0, 2.0, 10.0) == 0.0


@pytest.mark.parametrize("bad", [NAN, math.inf, -math.inf, 0.0, -1.0])
def test_no_stop_is_invented(bad):
    assert atr_stop_price(bad, 1.0, 2.0) is None
    assert atr_stop_price(100.0, bad, 2.0) is None


@given(
    rate=st.floats(1e-6, 1e6),
    fraction=st.floats(1e-4, 0.05),
    multiple=st.floats(0.5, 20),
    scale=st.sampled_from([1e-3, 1000.0]),
)
def test_the_stop_lies_under_the_entry_and_scales_with_it(rate, fraction, multiple, scale):
    stop = atr_stop_price(rate, rate * fraction, multiple)
    scaled = atr_stop_price(rate * scale, rate * scale * fraction, multiple)
    assert 0 <= stop < rate
    assert scaled == pytest.approx(stop * scale, abs=rate * scale * 1e-12)
