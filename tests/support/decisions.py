"""Decisions to be written down by tests."""

from __future__ import annotations

from typing import Any

from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.reasons import Action, Reason

HOUR_MS = 3_600_000
# 2026-11-22 10:00 UTC.
START_MS = 1_795_341_600_000
PAIR = "BTC/USDT"


def decision(number: int = 0, pair: str = PAIR, **changes: Any) -> Decision:
    """A candle on which nothing was wanted; `number` counts hourly candles from `START_MS`."""
    candle_ms = START_MS + number * HOUR_MS
    fields: dict[str, Any] = {
        "pair": pair,
        "timeframe": "1h",
        "candle_ms": candle_ms,
        "action": Action.HOLD,
        "signal": Reason.NO_BREAKOUT,
        "verdict": Verdict.NONE,
        "reason": Reason.NO_BREAKOUT,
        "decided_ms": candle_ms + HOUR_MS + 1_500,
        "strategy": "AurumStrategy",
        "figures": {"close": 61_204.1, "channel_high": 62_000.0},
    }
    return Decision(**{**fields, **changes})


def wanted(number: int = 0, pair: str = PAIR, **changes: Any) -> Decision:
    """A candle on which an entry is wanted and not settled yet."""
    fields: dict[str, Any] = {
        "action": Action.ENTER,
        "signal": Reason.BREAKOUT,
        "verdict": Verdict.PENDING,
        "reason": Reason.BREAKOUT,
        "figures": {"close": 62_100.0, "channel_high": 62_000.0},
    }
    return decision(number, pair, **{**fields, **changes})
