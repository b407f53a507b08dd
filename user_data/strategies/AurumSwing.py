"""AurumSwing: the breakout of weeks, on candles of four hours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from aurum_plugins.strategies import BreakoutStrategy


class AurumSwing(BreakoutStrategy):
    """Buy a close above the 55-day high, leave on a close below the 20-day low or at the stop.

    The lengths are those of the slower of the Turtle systems, chosen before anything was measured.
    It trades little, and from 2021 to 2024 it earned less than AurumStrategy: docs/strategies.md.
    """

    timeframe = "4h"

    aurum_defaults: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "breakout": {
            "entry_candles": 330,
            "exit_candles": 120,
            "atr_candles": 120,
            "volatility_candles": 120,
        },
        "policy": {"smoothing_candles": 6},
        "risk": {"stop_multiple": 5.0, "correlation_candles": 180},
    }

    # Rules about closed trades; those about open positions are in `aurum.risk`.
    protections: ClassVar[list[dict[str, Any]]] = [
        {"method": "AurumCooldown", "stop_duration_candles": 2},
        {"method": "AurumConsecutiveLosses", "trade_limit": 6, "stop_duration_candles": 6},
        {"method": "AurumPairExpectancy", "trade_limit": 20, "stop_duration_candles": 84},
        {"method": "AurumDailyLoss", "loss_limit": 0.03},
    ]
