"""Hourly candles of a random walk that end at a fixed moment."""

from __future__ import annotations

import numpy as np
import pandas as pd

HOUR = pd.Timedelta(hours=1)
# Half past: the candle that opened at half an hour before is still open.
NOW = pd.Timestamp("2026-01-10 12:30", tz="UTC")
NOW_MS = NOW.value // 1_000_000


def market(seed: int, rows: int, hourly: float = 0.01, shared: int | None = None) -> pd.DataFrame:
    """Closes and volumes of the last `rows` closed hours.

    Parameters
    ----------
    seed : int
    rows : int
    hourly : float
        Standard deviation of the hourly log returns.
    shared : int, optional
        Seed of returns that make up most of these, for markets that move together.
    """
    rng = np.random.default_rng(seed)
    returns = rng.normal(0, 1, rows)
    if shared is not None:
        returns = 0.1 * returns + np.random.default_rng(shared).normal(0, 1, rows)
    close = 100 * np.exp(hourly * np.cumsum(returns))
    return pd.DataFrame(
        {
            "date": pd.date_range(end=NOW.floor("h") - HOUR, periods=rows, freq="1h"),
            "open": close,
            "high": close,
            "low": close,
            "close": close,
            "volume": rng.exponential(10.0, rows) + 0.01,
        }
    )
