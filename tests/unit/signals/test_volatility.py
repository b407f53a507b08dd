from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from aurum_plugins.signals import annualised_volatility

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
money = st.floats(0, 1e9)
anything = st.floats(allow_nan=True, allow_infinity=True)


@pytest.mark.parametrize(
    ("candle_ms", "a_year"), [(DAY_MS, 365), (HOUR_MS, 8_760), (MINUTE_MS, 525_600)]
)
def test_a_random_walk_of_known_volatility(candle_ms, a_year):
    rng = np.random.default_rng(7)
    close = pd.Series(np.exp(np.cumsum(rng.normal(0, 0.6 / math.sqrt(a_year), 50_000))))
    assert annualised_volatility(close, 49_999, candle_ms).iloc[-1] == pytest.approx(0.6, rel=0.02)


def test_the_sample_standard_deviation_of_two_returns():
    close = pd.Series([1.0, math.e**0.1, 1.0])
    got = annualised_volatility(close, 2, DAY_MS)
    assert got.isna().tolist() == [True, True, False]
    assert got.iloc[-1] == pytest.approx(0.2 / math.sqrt(2) * math.sqrt(365))


@pytest.mark.parametrize("bad", [float("nan"), 0.0, -1.0])
def test_a_price_that_cannot_be_leaves_a_hole_as_long_as_the_window(bad):
    close = pd.Series([1.0, 1.1, 1.0, bad, 1.2, 1.1, 1.2])
    got = annualised_volatility(close, 2, HOUR_MS)
    assert got.isna().tolist() == [True, True, False, True, True, True, False]
