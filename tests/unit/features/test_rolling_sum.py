from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.features.rolling import rolling_sum

WHOLE = st.integers(-1_000, 1_000).map(float)


@given(values=st.lists(WHOLE, max_size=60), window=st.integers(1, 70))
def test_adds_up_the_window(values, window):
    expected = [
        sum(values[t + 1 - window : t + 1]) if t + 1 >= window else np.nan
        for t in range(len(values))
    ]
    np.testing.assert_array_equal(rolling_sum(np.array(values), window), expected)


@pytest.mark.parametrize("window", [1, 2, 3, 14, 50, 288, 500])
def test_agrees_with_pandas(window):
    values = np.random.default_rng(1).normal(0, 1, 2_000)
    expected = pd.Series(values).rolling(window).sum()
    np.testing.assert_allclose(rolling_sum(values, window), expected, atol=1e-10)


def test_what_has_left_the_window_is_forgotten():
    values = np.array([1e16, 1e-3, 1e-3, 1e-3, 0.0, 0.0, 0.0])
    assert rolling_sum(values, 3)[3:].tolist() == [3e-3, 2e-3, 1e-3, 0.0]


def test_a_hole_concerns_the_windows_that_hold_it():
    values = np.array([1.0, np.nan, 1.0, 1.0, 1.0, 1.0])
    assert np.isnan(rolling_sum(values, 3)).tolist() == [True] * 4 + [False] * 2


def test_the_values_are_left_as_they_were():
    values = np.arange(5.0)
    rolling_sum(values, 1)[:] = 7.0
    assert values.tolist() == [0, 1, 2, 3, 4]
