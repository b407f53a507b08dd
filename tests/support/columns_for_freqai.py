"""Candles as freqtrade has them, a configuration, and a look at what one hook adds to a frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pandas.testing import assert_frame_equal

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.freqai import FreqaiColumns

PAIRS = ["BTC/USDT", "ETH/USDT", "SOL/USDT"]
OHLCV = ["date", "open", "high", "low", "close", "volume"]
FEW = {"include": ["rsi", "body", "close_location", "market_return", "breadth", "calendar"]}
# The label's own past needs a few candles too.
HISTORY = {"history_candles": [3], "season_candles": 4, "seasons": 1}
SHORT_TARGETS = {"horizon_candles": 3, "volatility_candles": 5, **HISTORY}
OWN_PAST = ["%-range_regime_3", "%-range_season"]
HOOKS = ["expand_all", "expand_basic", "standard", "targets"]
# A moment after which every candle here came: none is stale.
LONG_AGO_MS = 0


def candles(rows: int = 120, seed: int = 5) -> pd.DataFrame:
    """Hourly candles from the first of January 2024 on."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, rows)))
    opens = close * np.exp(rng.normal(0, 0.004, rows))
    return pd.DataFrame(
        {
            "date": pd.date_range("2024-01-01", periods=rows, freq="1h", tz="UTC"),
            "open": opens,
            "high": np.maximum(opens, close) * 1.002,
            "low": np.minimum(opens, close) * 0.998,
            "close": close,
            "volume": rng.lognormal(3, 1, rows),
        }
    )


MARKET = {pair: candles(seed=seed) for seed, pair in enumerate(PAIRS)}


def configuration(features: dict[str, Any] | None = None, **sections: Any) -> dict[str, Any]:
    """Our sections, and what FreqAI's says about features."""
    return {
        "freqai": {
            "feature_parameters": {
                "indicator_periods_candles": [5, 14],
                "include_corr_pairlist": PAIRS,
            }
        },
        "aurum": {"features": features or {}, "targets": SHORT_TARGETS, **sections},
    }


def added(
    frame: pd.DataFrame,
    hook: str,
    columns: FreqaiColumns,
    period: int = 5,
    until_ms: int = LONG_AGO_MS,
) -> pd.DataFrame:
    """What one hook adds, after a look at what it must leave alone."""
    before = frame.copy(deep=True)
    result = {
        "expand_all": lambda: columns.expand_all(frame, period, HOUR_MS, until_ms),
        "expand_basic": lambda: columns.expand_basic(frame, HOUR_MS, until_ms),
        "standard": lambda: columns.standard(frame, HOUR_MS, MARKET),
        "targets": lambda: columns.targets(frame, HOUR_MS),
    }[hook]()
    assert_frame_equal(frame, before)
    assert_frame_equal(result[list(frame.columns)], before, check_column_type=False)
    new = result.drop(columns=frame.columns)
    assert new.index.equals(frame.index)
    assert (new.dtypes == np.float64).all()
    assert not np.isinf(new.to_numpy()).any()
    return new
