"""Random candles that look like candles: ordered prices on a tick, positive volume."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest


def build(seed: int, rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, rows)))
    opens = np.concatenate([[100.0], close])[:rows]
    wick = rng.exponential(0.004, (2, rows))
    return pd.DataFrame(
        {
            "date": pd.date_range("2024-01-01", periods=rows, freq="1h", tz="UTC"),
            "open": opens.round(2),
            "high": (np.maximum(opens, close) * (1 + wick[0])).round(2),
            "low": (np.minimum(opens, close) * (1 - wick[1])).round(2),
            "close": close.round(2),
            "volume": rng.exponential(10.0, rows) + 0.01,
        }
    )


@pytest.fixture(scope="session")
def make_candles() -> Callable[[int, int], pd.DataFrame]:
    """`make_candles(seed, rows)`."""
    return build
