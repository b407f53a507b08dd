from __future__ import annotations

import math

import pytest
from entry_situations import HOUR_MS, NOW_MS

from aurum_plugins.execution.checks import SignalAge
from aurum_plugins.reasons import Reason

DAY_MS = 24 * HOUR_MS


@pytest.fixture
def check():
    return SignalAge


@pytest.mark.parametrize("interval_ms", [60_000, HOUR_MS, DAY_MS])
@pytest.mark.parametrize(
    ("share", "passes"), [(0.0, True), (0.25, True), (0.5, True), (0.51, False), (1.0, False)]
)
def test_half_a_candle_by_default(judge, interval_ms, share, passes) -> None:
    candle_ms = NOW_MS - interval_ms - int(share * interval_ms)
    refusal = judge(interval_ms=interval_ms, candle_ms=candle_ms)
    assert (refusal is None) == passes


def test_it_tells_age_and_limit_in_seconds(judge) -> None:
    refusal = judge({"longest_signal_age": 0.25}, candle_ms=NOW_MS - HOUR_MS - 1_000_000)
    assert refusal.reason is Reason.STALE_SIGNAL
    assert refusal.figures == {"age_seconds": 1000.0, "longest_age_seconds": 900.0}


@pytest.mark.parametrize(("early_ms", "passes"), [(1, True), (2_000, True), (2_001, False)])
def test_clocks_may_differ_a_little(judge, early_ms, passes) -> None:
    refusal = judge(candle_ms=NOW_MS - HOUR_MS + early_ms)
    assert (refusal is None) == passes


def test_a_candle_that_has_not_closed_is_refused(judge) -> None:
    refusal = judge({"clock_skew_seconds": 0}, candle_ms=NOW_MS - HOUR_MS + 5_000)
    assert refusal.reason is Reason.STALE_SIGNAL
    assert refusal.figures == {"age_seconds": -5.0, "clock_skew_seconds": 0.0}


@pytest.mark.parametrize("field", ["now_ms", "candle_ms", "interval_ms"])
def test_an_unknown_time_is_no_fresh_one(judge, field) -> None:
    assert judge(**{field: math.nan}).figures["age_seconds"] == "nan"
