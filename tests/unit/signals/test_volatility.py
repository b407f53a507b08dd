from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.signals import annualised_volatility, volatility_targeted_stake

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


def test_stake_of_known_numbers():
    assert volatility_targeted_stake(1_000, 0.8, 0.4, 10_000) == pytest.approx(500)


def test_a_calm_pair_gets_its_share_and_no_leverage():
    assert volatility_targeted_stake(1_000, 0.1, 0.4, 10_000) == 1_000


def test_the_limit_holds():
    assert volatility_targeted_stake(1_000, 0.4, 0.4, 250) == 250


@pytest.mark.parametrize("bad", [float("nan"), math.inf, 0.0, -1.0])
@pytest.mark.parametrize("position", range(3))
def test_unknown_figures_open_nothing(bad, position):
    figures = [1_000.0, 0.5, 0.4]
    figures[position] = bad
    assert volatility_targeted_stake(*figures, max_stake=1e6) == 0.0


@pytest.mark.parametrize("limit", [0.0, -3.0, float("nan")])
def test_no_room_opens_nothing(limit):
    assert volatility_targeted_stake(1_000, 0.5, 0.4, limit) == 0.0


@given(share=anything, volatility=anything, target=anything, limit=money)
def test_never_more_than_share_or_limit(share, volatility, target, limit):
    stake = volatility_targeted_stake(share, volatility, target, limit)
    assert 0 <= stake <= limit
    assert stake == 0 or stake <= share


@given(calm=st.floats(0.01, 5), wilder=st.floats(0.01, 5))
def test_more_volatility_never_means_more_money(calm, wilder):
    calm, wilder = sorted((calm, wilder))
    at = [volatility_targeted_stake(1_000, sigma, 0.4, 1e6) for sigma in (calm, wilder)]
    assert at[0] >= at[1]
