from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.risk.stops import leaves_for_age, stop_price

BAD = [math.nan, math.inf, -math.inf, 0.0, -1.0]


def test_a_stop_of_known_numbers():
    assert stop_price(100.0, 1.5, 10.0, outer_share=0.35) == 85.0


def test_the_outer_limit_holds():
    assert stop_price(100.0, 9.0, 10.0, outer_share=0.35) == 65.0
    assert stop_price(100.0, 9.0, 20.0, outer_share=1.0) == 0.0


@pytest.mark.parametrize("bad", BAD)
def test_no_stop_is_invented(bad):
    assert stop_price(bad, 1.0, 10.0, outer_share=0.35) is None
    assert stop_price(100.0, bad, 10.0, outer_share=0.35) is None
    assert stop_price(100.0, 1.0, bad, outer_share=0.35) is None
    assert stop_price(100.0, 1.0, 10.0, outer_share=bad) is None


def test_an_outer_limit_of_more_than_everything_is_none():
    assert stop_price(100.0, 1.0, 10.0, outer_share=1.01) is None


def test_a_distance_below_the_last_digit_is_none():
    assert stop_price(1e9, 1e-12, 1.0, outer_share=0.35) is None


@given(
    rate=st.floats(1e-6, 1e6),
    fraction=st.floats(1e-4, 0.2),
    multiple=st.floats(0.5, 20),
    outer=st.floats(0.01, 1),
)
def test_the_stop_lies_between_the_outer_limit_and_the_entry(rate, fraction, multiple, outer):
    stop = stop_price(rate, rate * fraction, multiple, outer_share=outer)
    assert rate * (1 - outer) <= stop < rate
    scaled = stop_price(rate * 1000, rate * 1000 * fraction, multiple, outer_share=outer)
    assert scaled == pytest.approx(stop * 1000, abs=rate * 1e-9)


@pytest.mark.parametrize(
    ("age_ms", "longest", "leaves"),
    [(3_599_999, 1, False), (3_600_000, 1, True), (7_200_000, 3, False), (10**12, None, False)],
)
def test_a_position_leaves_when_it_is_as_old_as_it_may_become(age_ms, longest, leaves):
    assert leaves_for_age(5, 5 + age_ms, 3_600_000, longest) is leaves
