from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from random_candles import INTERVAL_MS, START_MS, random_candles

from aurum_plugins.features.candles import Candles, CandleStatus


@pytest.fixture(scope="session")
def make_candles() -> Callable[..., Candles]:
    """`make_candles(seed, rows, absent=0.0)`."""
    return random_candles


@pytest.fixture(scope="session")
def candles_of() -> Callable[..., Candles]:
    """`candles_of(closes, absent=(), start=0)`: every price of a candle is its close."""

    def build(closes: Sequence[float], absent: Sequence[int] = (), start: int = 0) -> Candles:
        close = np.asarray(closes, dtype=np.float64)
        status = np.zeros(len(close), dtype=np.uint8)
        status[list(absent)] = CandleStatus.MISSING
        times = START_MS + INTERVAL_MS * (start + np.arange(len(close), dtype=np.int64))
        prices = (close.copy() for _ in range(4))
        return Candles(INTERVAL_MS, times, *prices, np.ones(len(close)), status)

    return build
