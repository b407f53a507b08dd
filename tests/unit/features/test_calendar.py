from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from aurum_plugins.features import calendar
from aurum_plugins.features.feature import Family
from aurum_plugins.features.market_view import MarketView

BY_NAME = {feature.name: feature for feature in calendar.FEATURES}


def at(*times: datetime) -> MarketView:
    open_ms = np.array([round(time.timestamp() * 1_000) for time in times], dtype=np.int64)
    return MarketView(open_ms, np.empty(0), np.empty((0, 0)))


def values(name: str, *times: datetime) -> np.ndarray:
    return BY_NAME[name].compute(at(*times), 1)


def test_the_day_is_a_circle():
    times = [datetime(2025, 3, 5, hour, tzinfo=UTC) for hour in (0, 6, 12, 18)]
    np.testing.assert_allclose(values("hour_sin", *times), [0, 1, 0, -1], atol=1e-15)
    np.testing.assert_allclose(values("hour_cos", *times), [1, 0, -1, 0], atol=1e-15)


def test_the_week_starts_on_monday():
    monday = datetime(2025, 3, 3, tzinfo=UTC)
    times = [monday + timedelta(days=day) for day in range(7)]
    angles = [2 * math.pi * day / 7 for day in range(7)]
    np.testing.assert_allclose(values("weekday_sin", *times), np.sin(angles), atol=1e-15)
    np.testing.assert_allclose(values("weekday_cos", *times), np.cos(angles), atol=1e-15)


def test_half_a_day_and_half_a_week_are_circles_of_their_own():
    times = [datetime(2025, 3, 5, hour, tzinfo=UTC) for hour in (0, 3, 6, 9, 12)]
    np.testing.assert_allclose(values("half_day_sin", *times), [0, 1, 0, -1, 0], atol=1e-15)
    np.testing.assert_allclose(values("half_day_cos", *times), [1, 0, -1, 0, 1], atol=1e-15)
    monday = datetime(2025, 3, 3, 15, tzinfo=UTC)
    days = [monday + timedelta(days=day) for day in range(7)]
    angles = [4 * math.pi * day / 7 for day in range(7)]
    np.testing.assert_allclose(values("half_week_sin", *days), np.sin(angles), atol=1e-14)
    np.testing.assert_allclose(values("half_week_cos", *days), np.cos(angles), atol=1e-14)


@pytest.mark.parametrize("circle", ["day", "week"])
def test_twice_as_fast_is_twice_the_angle(circle):
    whole = {"day": "hour", "week": "weekday"}[circle]
    times = [datetime(2024, 2, 27, tzinfo=UTC) + timedelta(hours=5.3 * n) for n in range(60)]
    sine, cosine = values(f"{whole}_sin", *times), values(f"{whole}_cos", *times)
    np.testing.assert_allclose(values(f"half_{circle}_sin", *times), 2 * sine * cosine, atol=1e-12)
    np.testing.assert_allclose(
        values(f"half_{circle}_cos", *times), cosine**2 - sine**2, atol=1e-12
    )


@pytest.mark.parametrize(
    "time",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 28, 23, 59, tzinfo=UTC),
        datetime(2000, 2, 29, 13, 37, 5, tzinfo=UTC),
        datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
)
def test_against_the_calendar_of_the_standard_library(time):
    midnight = time.replace(hour=0, minute=0, second=0)
    hour = 2 * math.pi * ((time - midnight) / timedelta(days=1))
    weekday = 2 * math.pi * time.weekday() / 7
    assert values("hour_sin", time)[0] == pytest.approx(math.sin(hour), abs=1e-12)
    assert values("hour_cos", time)[0] == pytest.approx(math.cos(hour), abs=1e-12)
    assert values("weekday_sin", time)[0] == pytest.approx(math.sin(weekday), abs=1e-12)
    assert values("weekday_cos", time)[0] == pytest.approx(math.cos(weekday), abs=1e-12)
    assert values("half_day_sin", time)[0] == pytest.approx(math.sin(2 * hour), abs=1e-12)
    assert values("half_day_cos", time)[0] == pytest.approx(math.cos(2 * hour), abs=1e-12)
    assert values("half_week_sin", time)[0] == pytest.approx(math.sin(2 * weekday), abs=1e-12)
    assert values("half_week_cos", time)[0] == pytest.approx(math.cos(2 * weekday), abs=1e-12)


def test_the_weekday_does_not_move_within_a_day():
    start = datetime(2025, 3, 7, tzinfo=UTC)
    day = values("weekday_sin", start, start + timedelta(hours=23, minutes=59))
    assert day[0] == day[1]
    half = values("half_week_cos", start, start + timedelta(hours=23, minutes=59))
    assert half[0] == half[1]


@pytest.mark.parametrize("feature", calendar.FEATURES, ids=lambda f: f.name)
def test_one_candle_is_enough_and_the_period_changes_nothing(feature):
    assert feature.family is Family.CALENDAR
    assert feature.window(1) == feature.window(24) == 1
    view = at(*(datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=7 * n) for n in range(50)))
    got = feature.compute(view, 1)
    assert got.shape == (50,)
    assert got.dtype == np.float64
    assert (np.abs(got) <= 1).all()
    np.testing.assert_array_equal(got, feature.compute(view, 24))
    assert feature.compute(at(), 1).shape == (0,)
