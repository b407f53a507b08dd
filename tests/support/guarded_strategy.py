"""A strategy that buys whenever it may, and is held back by the mood of the news."""

from __future__ import annotations

from typing import Any

from protected_strategy import ProtectedStrategy


class GuardedStrategy(ProtectedStrategy):
    """Buy at every candle, sell two hours later."""

    @property
    def protections(self) -> list[dict[str, Any]]:
        """Only what asks for the mood."""
        return [{"method": "AurumSentimentGuard", "stop_duration_candles": 6}]
