"""What an exchange says of a candle now holds, not what it said before.

freqtrade asks for a thousand candles each time and merges them into those that it holds: highest
high, lowest low, first open. A false candle that an exchange sent once would stay false for as
long as it is remembered, whatever the exchange says later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

_OHLCV_COLUMNS = 6


def without_revised(known: pd.DataFrame, answer: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Known candles less those that an answer tells anew.

    Parameters
    ----------
    known : pandas.DataFrame of shape (n, >= 1)
        With `date`, the UTC time of each candle's open.
    answer : sequence of shape (m, 6)
        Rows of open time (UTC milliseconds), open, high, low, close, volume, as ccxt gives them.
        A row with a missing or infinite figure tells nothing. Rows of another width, which are
        no candles of prices, neither.

    Returns
    -------
    pandas.DataFrame of shape (k, >= 1)
        The rows that are left; `known` itself when those are all.
    """
    if not answer or any(len(row) != _OHLCV_COLUMNS for row in answer):
        return known
    told = np.array(answer, dtype=np.float64)
    told = told[np.isfinite(told).all(axis=1)]
    # freqtrade rounds times down to seconds.
    dates = pd.to_datetime(told[:, 0].astype(np.int64) // 1_000, unit="s", utc=True)
    revised = known["date"].isin(dates)
    return known[~revised] if revised.any() else known
