"""Candles of a pair and of the market's leader, real and invented, as a strategy asks for them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
from freqtrade.enums import RunMode

from aurum_plugins.clock import DAY_MS
from aurum_plugins.sandbox.instruments import DEFAULT_INSTRUMENTS
from aurum_plugins.sandbox.market.aggregation import aggregate
from aurum_plugins.sandbox.market.synthetic import SyntheticTape

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
# 2024-01-01, UTC milliseconds.
FIRST_MS = 1_704_067_200_000


def real_candles(folder: str, pair: str, timeframe: str) -> pd.DataFrame:
    """Candles of a real exchange; the folder may be absent."""
    return pd.read_feather(DATA / folder / f"{pair.replace('/', '_')}-{timeframe}.feather")


def synthetic_candles(days: int, *timeframes: str, seed: int = 0) -> dict[str, pd.DataFrame]:
    """BTC/USDT of the simulated exchange from 2024 on, by timeframe."""
    instruments = [each for each in DEFAULT_INSTRUMENTS if each.symbol == "BTCUSDT"]
    tape = SyntheticTape(instruments, seed, FIRST_MS)
    minutes = tape.window("BTCUSDT", FIRST_MS, FIRST_MS + days * DAY_MS)
    return {timeframe: _frame(aggregate(minutes, timeframe)) for timeframe in timeframes}


def provider(leader: pd.DataFrame) -> Any:
    """A data provider that knows the leader's candles."""
    return SimpleNamespace(
        runmode=RunMode.BACKTEST, get_pair_dataframe=lambda *_, **__: leader.copy()
    )


def _frame(candles: Any) -> pd.DataFrame:
    frame = pd.DataFrame(
        {name: getattr(candles, name) for name in ("open", "high", "low", "close", "volume")}
    )
    frame.insert(0, "date", pd.to_datetime(candles.open_ms, unit="ms", utc=True))
    return frame
