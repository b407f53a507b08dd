"""A strategy that buys whenever it may, loses its fees, and is held back by our protections."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

import pandas as pd
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy

HOLD = timedelta(hours=2)


class ProtectedStrategy(IStrategy):
    """Buy at every candle, sell two hours later."""

    INTERFACE_VERSION = 3
    timeframe = "1h"
    minimal_roi: ClassVar[dict[str, float]] = {}
    stoploss = -0.99
    startup_candle_count = 0

    @property
    def protections(self) -> list[dict[str, Any]]:
        """All that we have."""
        return [
            {
                "method": "AurumConsecutiveLosses",
                "trade_limit": 3,
                "trade_limit_per_pair": 4,
                "stop_duration_candles": 4,
            },
            {"method": "AurumPairExpectancy", "trade_limit": 8, "stop_duration": 2_880},
            {"method": "AurumDailyLoss", "loss_limit": 0.03},
            {"method": "AurumCooldown", "stop_duration_candles": 2},
        ]

    def populate_indicators(self, dataframe: pd.DataFrame, _metadata: dict) -> pd.DataFrame:
        """Add nothing."""
        return dataframe

    def populate_entry_trend(self, dataframe: pd.DataFrame, _metadata: dict) -> pd.DataFrame:
        """Enter at every candle."""
        dataframe["enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: pd.DataFrame, _metadata: dict) -> pd.DataFrame:
        """Leave to `custom_exit`."""
        return dataframe

    def custom_exit(self, trade: Trade, current_time: datetime, **_: Any) -> str | None:
        """Leave after two hours."""
        return "old" if current_time - trade.open_date_utc >= HOLD else None
