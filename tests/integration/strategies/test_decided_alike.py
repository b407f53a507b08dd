"""The same candles at once, as in a backtest, and one after the other: the same decisions.

A running bot has a thousand candles at most, few forecasts, and no future; a backtest has all.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from live_decisions import LONGEST_FRAME, PAIRS, Decider

from aurum_plugins.reasons import Reason

CANDLES = 300
HOURLY: dict[str, Any] = {"breakout": {}, "policy": {"regime_candles": 40}}
MINUTES: dict[str, Any] = {
    "breakout": {
        "entry_candles": 6,
        "exit_candles": 4,
        "atr_candles": 14,
        "volatility_candles": 60,
    },
    "policy": {"regime_timeframe": "15m", "regime_candles": 30, "cost_bps": 10, "cost_multiple": 1},
}
ASKED_ALWAYS = {"forecasts": "always", "leave_probability": 0.45, "smoothing_candles": 24}


def settings(given: dict[str, Any], *, forecast: bool) -> dict[str, Any]:
    asked = ASKED_ALWAYS if forecast else {}
    return {**given, "policy": {**given["policy"], **asked}}


@pytest.mark.parametrize("forecast", [False, True], ids=["without AI", "with AI"])
@pytest.mark.parametrize(
    ("timeframe", "leader", "rows", "swing", "given"),
    [("1h", "1d", 2_600, 300, HOURLY), ("1m", "15m", 3_000, 30, MINUTES)],
    ids=["1h", "1m"],
)
def test_a_bot_decides_as_its_backtest(timeframe, leader, rows, swing, given, forecast) -> None:
    aurum = settings(given, forecast=forecast)
    decider = Decider(timeframe, leader, rows, swing, forecast=forecast, aurum=aurum)
    shortest = decider.strategy.startup_candle_count
    assert shortest < LONGEST_FRAME
    first = rows - CANDLES
    lived = {
        (pair, row.candle_ms): row
        for newest in range(first, rows)
        for pair, row in decider.live(newest, LONGEST_FRAME if newest % 2 else shortest)
    }
    decided = decider.at_once()

    assert len(lived) == CANDLES * len(PAIRS)
    candle_ms = decider.strategy.candle_ms
    for (pair, opened_ms), row in lived.items():
        expected = decided.newest(pair, opened_ms + candle_ms)
        assert (row.candle_ms, row.action, row.reason) == (
            expected.candle_ms,
            expected.action,
            expected.reason,
        )
        assert row.figures == pytest.approx(expected.figures, rel=1e-9, abs=0), (pair, row)
    reasons = Counter(row.reason for row in lived.values())
    print(f"\n{timeframe}: {dict(reasons)}")
    assert reasons[Reason.BREAKOUT]
    assert reasons[Reason.BREAKDOWN]
    assert reasons[Reason.BEAR_MARKET] or forecast
    if forecast:
        assert reasons[Reason.UNLIKELY]
        assert reasons[Reason.WEAK_OUTLOOK]


def test_a_bot_without_enough_candles_says_so() -> None:
    decider = Decider("1h", "1d", 1_200, 30, forecast=False, aurum=settings(HOURLY, forecast=False))
    rows = [row for _, row in decider.live(1_199, 300)]
    assert {row.reason for row in rows} <= {Reason.WARMING_UP, Reason.BREAKDOWN, Reason.BAD_CANDLE}
    assert Reason.WARMING_UP in {row.reason for row in rows}
