"""Prices as they were last seen, and how long ago that was."""

from __future__ import annotations

import math
from collections import UserDict

from aurum_plugins.clock import MINUTE_MS, Clock, WallClock

# A bot sees the price of what it holds in every loop, which takes some seconds.
FRESH_MS = MINUTE_MS


class LastPrices(UserDict[str, float]):
    """Quote currency by pair; each remembers when it was put here.

    Parameters
    ----------
    clock : Clock, optional
        The machine's by default, in backtests as well: what is put there is used at once.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__()
        self._clock = clock or WallClock()
        self._seen_ms: dict[str, int] = {}

    def __setitem__(self, pair: str, price: float) -> None:
        self._seen_ms[pair] = self._clock.now_ms()
        super().__setitem__(pair, price)

    def fresh(self, pair: str) -> float:
        """A price that was seen within the last minute; NaN if there is none."""
        age_ms = self._clock.now_ms() - self._seen_ms.get(pair, 0)
        return self.get(pair, math.nan) if abs(age_ms) <= FRESH_MS else math.nan
