"""AurumScalper: the breakout of hours, on candles of five minutes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from aurum_plugins.strategies import BreakoutStrategy


class AurumScalper(BreakoutStrategy):
    """Buy a close above the 12-hour high, leave on a close below the 6-hour low or at the stop.

    No position is held for longer than a day. The market falls while BTC closes below its mean of
    a week. Expect it to lose: on four months of 2025 a trade lost 0.18 % of its stake before costs
    and 0.38 % after, see docs/strategies.md.
    """

    timeframe = "5m"

    aurum_defaults: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "breakout": {
            "entry_candles": 144,
            "exit_candles": 72,
            "atr_candles": 288,
            "volatility_candles": 288,
        },
        "policy": {"smoothing_candles": 12, "regime_timeframe": "1h", "regime_candles": 168},
        "risk": {"stop_multiple": 5.0, "longest_hold_candles": 288},
    }

    # Rules about closed trades; those about open positions are in `aurum.risk`.
    protections: ClassVar[list[dict[str, Any]]] = [
        {"method": "AurumCooldown", "stop_duration_candles": 12},
        {"method": "AurumConsecutiveLosses", "trade_limit": 6, "stop_duration_candles": 288},
        {"method": "AurumPairExpectancy", "trade_limit": 20, "stop_duration_candles": 4032},
        {"method": "AurumDailyLoss", "loss_limit": 0.03},
    ]
