from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.signals import market_trend

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
NAN = float("nan")


def days(*closes: float, start: str = "2024-01-01") -> pd.DataFrame:
    dates = pd.date_range(start, periods=len(closes), freq="1D", tz="UTC")
    return pd.DataFrame({"date": dates, "close": np.array(closes, dtype=float)})


def hours(first: str, count: int = 1) -> pd.Series:
    return pd.Series(pd.date_range(first, periods=count, freq="1h", tz="UTC"))


def trend(dates: pd.Series, leader: pd.DataFrame | None, window: int = 2) -> np.ndarray:
    return market_trend(dates, HOUR_MS, leader, DAY_MS, window)


def test_the_close_over_its_own_mean():
    # 3 over the mean of 1 and 3, once the second day has closed.
    assert trend(hours("2024-01-03 00:00"), days(1, 3)) == pytest.approx([0.5])
    assert trend(hours("2024-01-03 00:00"), days(3, 1)) == pytest.approx([-0.5])


@pytest.mark.parametrize(
    ("opens", "expected"),
    [
        ("2024-01-02 22:00", NAN),  # closes at 23:00: the second day is not over
        ("2024-01-02 23:00", 0.5),  # closes with it
        ("2024-01-03 22:00", 0.5),
        ("2024-01-03 23:00", -0.5),  # 1 over the mean of 3 and 1
    ],
)
def test_a_day_is_known_once_it_has_closed_and_not_before(opens, expected):
    got = trend(hours(opens), days(1, 3, 1))
    np.testing.assert_allclose(got, [expected])


@pytest.mark.parametrize(
    ("opens", "known"),
    [
        ("2024-01-04 21:00", True),  # closes two hours short of two days after
        ("2024-01-04 22:00", True),
        ("2024-01-04 23:00", False),
        ("2024-02-01 00:00", False),
    ],
)
def test_a_leader_that_is_two_of_its_candles_old_says_nothing(opens, known):
    got = trend(hours(opens), days(1, 3))
    assert np.isfinite(got).tolist() == [known]


def test_a_hole_in_the_leader_is_known_to_be_one():
    leader = days(1, 3, 1, 3, 5, 1).drop(index=[2, 3])
    got = trend(hours("2024-01-04 22:00", 50), leader)
    # Two days after the second day closed nothing is known, until the fifth has closed.
    assert np.isfinite(got).tolist() == [True] + [False] * 24 + [True] * 25


@pytest.mark.parametrize("leader", [None, days()])
def test_without_a_leader_nothing_is_known(leader):
    got = trend(hours("2024-01-03", 3), leader)
    assert got.shape == (3,)
    assert np.isnan(got).all()


@pytest.mark.parametrize("bad", [NAN, 0.0, -1.0, np.inf, -np.inf])
def test_a_close_that_cannot_be_is_unknown_as_long_as_the_window(bad):
    leader = days(1, 3, bad, 3, 1)
    got = trend(hours("2024-01-02 23:00", 73), leader)
    assert np.isnan(got[24:72]).all()
    assert np.isfinite(got[[0, 23, 72]]).all()


def test_no_rows_no_trend():
    assert trend(hours("2024-01-03", 0), days(1, 3)).shape == (0,)


def test_the_leader_may_trade_on_the_same_candles():
    dates = hours("2024-01-01", 4)
    leader = pd.DataFrame({"date": dates, "close": [1.0, 3.0, 1.0, 3.0]})
    got = market_trend(dates, HOUR_MS, leader, HOUR_MS, 2)
    np.testing.assert_allclose(got, [NAN, 0.5, -0.5, 0.5])


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_the_resolution_of_the_dates_does_not_matter(unit):
    dates, leader = hours("2024-01-03", 30).dt.as_unit(unit), days(1, 3, 1)
    leader["date"] = leader["date"].dt.as_unit("ms")
    np.testing.assert_array_equal(trend(dates, leader), trend(hours("2024-01-03", 30), leader))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_the_leader_does_later_changes_nothing_earlier(data):
    closes = data.draw(st.lists(st.floats(0.01, 1e6), min_size=4, max_size=12))
    dates = hours("2023-12-30 07:00", 24 * 14)
    whole = days(*closes)
    kept = data.draw(st.integers(0, len(closes)))
    poisoned = whole.copy()
    poisoned.loc[kept:, "close"] = data.draw(st.sampled_from([NAN, 1e-3, 1e9, -1.0]))
    known_by = whole["date"].iloc[0] + pd.Timedelta(days=kept + 1)
    before = (dates + pd.Timedelta(hours=1) < known_by).to_numpy()
    window = data.draw(st.integers(2, 4))
    expected = trend(dates, whole, window)[before]
    for other in (poisoned, whole.iloc[:kept]):
        np.testing.assert_array_equal(trend(dates, other, window)[before], expected)


@settings(max_examples=40, deadline=None)
@given(
    closes=st.lists(st.floats(0.01, 1e6), min_size=4, max_size=12),
    factor=st.sampled_from([1e-3, 1_000.0]),
)
def test_a_thousandfold_leader_means_the_same(closes, factor):
    dates, leader = hours("2024-01-02 20:00", 24 * 10), days(*closes)
    scaled = leader.assign(close=leader["close"] * factor)
    np.testing.assert_allclose(trend(dates, scaled, 3), trend(dates, leader, 3), atol=1e-9)
