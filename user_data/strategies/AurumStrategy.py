"""AurumStrategy: the breakout of days, on candles of an hour."""

from __future__ import annotations

from typing import Any, ClassVar

from aurum_plugins.strategies import BreakoutStrategy


class AurumStrategy(BreakoutStrategy):
    """Buy a close above the 20-day high, leave on a close below the 10-day low or at the stop.

    Settings are the sections `breakout`, `policy`, `risk` and `checks` of `aurum` in the
    configuration; lengths count candles of whatever timeframe is in force. `aurum why` says what
    was decided on each candle, and why. What it earned stands in the README.
    """

    timeframe = "1h"

    # Rules about closed trades; those about open positions are in `aurum.risk`.
    protections: ClassVar[list[dict[str, Any]]] = [
        {"method": "AurumCooldown", "stop_duration_candles": 2},
        {"method": "AurumConsecutiveLosses", "trade_limit": 6, "stop_duration_candles": 24},
        {"method": "AurumPairExpectancy", "trade_limit": 20, "stop_duration_candles": 336},
        {"method": "AurumDailyLoss", "loss_limit": 0.03},
    ]
