"""Calendar stretches and the two windows of a report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from aurum_plugins.clock import DAY_MS, HOUR_MS
from aurum_plugins.features import Candles, CandleStatus, FeatureSettings, TargetSettings
from aurum_plugins.preprocessing import CandleSettings, PreprocessingSettings, repair_candles
from aurum_plugins.preprocessing.quality.completeness import completeness_over_time
from aurum_plugins.preprocessing.quality.survey import Survey

START_MS = 1_672_531_200_000  # 2023-01-01, a Sunday


def grid(count: int, *, step: int = HOUR_MS, start: int = START_MS, missing=()) -> Candles:
    status = np.zeros(count, np.uint8)
    status[list(missing)] = CandleStatus.MISSING
    ones = np.ones(count)
    opens = start + step * np.arange(count, dtype=np.int64)
    return Candles(step, opens, ones, ones, ones, ones, ones, status)


@pytest.mark.parametrize("start", [START_MS, -5 * DAY_MS])
@pytest.mark.parametrize(("days", "rule"), [(40, "W-SUN"), (800, "M")])
def test_completeness_agrees_with_pandas(days: int, rule: str, start: int) -> None:
    rng = np.random.default_rng(7)
    count = 24 * days - 5
    candles = grid(count, start=start, missing=np.flatnonzero(rng.random(count) < 0.1))
    dates = pd.to_datetime(candles.open_ms, unit="ms")
    expected = pd.Series(candles.observed).groupby(dates.to_period(rule)).agg(["mean", "size"])
    found = completeness_over_time(candles)
    assert [part.candles for part in found] == expected["size"].tolist()
    np.testing.assert_allclose([part.observed for part in found], expected["mean"])
    assert found[0].period.start_ms == start
    assert found[-1].period.stop_ms == start + count * HOUR_MS
    for earlier, later in pairwise(found):
        assert earlier.period.stop == later.period.start


def test_no_candle_has_no_completeness() -> None:
    assert completeness_over_time(grid(0)) == ()


def test_one_candle_is_a_week_of_its_own() -> None:
    (only,) = completeness_over_time(grid(1))
    assert (only.candles, only.observed) == (1, 1.0)
    assert only.period.stop_ms - only.period.start_ms == HOUR_MS


@pytest.mark.parametrize(("days", "longest"), [(366, 7), (367, 31)])
def test_weeks_are_shown_for_up_to_366_days(days: int, longest: int) -> None:
    periods = [part.period for part in completeness_over_time(grid(days, step=DAY_MS))]
    assert max(period.stop - period.start for period in periods) == timedelta(days=longest)


def test_by_default_the_last_third_is_current_and_the_purge_lies_between() -> None:
    reference, current = Survey("1h", (14,)).windows(grid(300))
    assert (reference.start_ms, reference.stop_ms) == (START_MS, START_MS + 176 * HOUR_MS)
    assert (current.start_ms, current.stop_ms) == (
        START_MS + 200 * HOUR_MS,
        START_MS + 300 * HOUR_MS,
    )


@pytest.mark.parametrize(
    ("hours", "purged", "current"), [(-3, 0, 0), (1, 0, 1), (25, 1, 25), (900, 276, 300)]
)
def test_a_split_is_kept_within_the_candles(hours: int, purged: int, current: int) -> None:
    split = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    reference, now = Survey("1h", (14,), split=split).windows(grid(300))
    assert reference.stop_ms == START_MS + purged * HOUR_MS
    assert now.start_ms == START_MS + current * HOUR_MS


def test_a_pair_is_assessed_as_the_settings_say() -> None:
    rng = np.random.default_rng(1)
    count = 600
    close = 100 * np.exp(np.cumsum(0.01 * rng.standard_normal(count)))
    opened = np.append(100.0, close[:-1])
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(START_MS + HOUR_MS * np.arange(count), unit="ms", utc=True),
            "open": opened,
            "high": np.maximum(opened, close) * 1.001,
            "low": np.minimum(opened, close) * 0.999,
            "close": close,
            "volume": rng.uniform(1, 2, count),
        }
    ).drop(index=[50, 51])
    repaired = repair_candles(frame, HOUR_MS, CandleSettings())
    survey = Survey(
        "1h",
        (5,),
        FeatureSettings(include=("technical",)),
        TargetSettings(horizon_candles=4, volatility_candles=50),
        PreprocessingSettings(n_features=3),
    )
    quality = survey.of("AAA/USDT", repaired, {})
    assert (quality.pair, quality.timeframe, len(quality.gaps)) == ("AAA/USDT", "1h", 1)
    assert quality.selection.error is None
    assert quality.selection.columns_out == 3
    assert quality.selection.finite_share == 1.0
    assert {feature.family for feature in quality.features} == {"technical"}
    assert sum(part.candles for part in quality.over_time) == count
