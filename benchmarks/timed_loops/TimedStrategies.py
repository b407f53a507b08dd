"""The strategies whose loops are timed, where freqtrade finds them: ours, and stock ones."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from freqtrade.strategy import IStrategy
from freqtrade.templates.FreqaiExampleStrategy import FreqaiExampleStrategy
from loop_times import LoopTimes

_FOLDER = Path(__file__).resolve().parents[2] / "user_data" / "strategies"


def _ours() -> Any:
    spec = importlib.util.spec_from_file_location("to_be_timed", _FOLDER / "AurumStrategy.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.AurumStrategy


class TimedAurumStrategy(LoopTimes, _ours()):
    """AurumStrategy as it is shipped."""


class TimedStockBreakout(LoopTimes, IStrategy):
    """A breakout as a stock strategy has it: the same indicators; no checks, no journal."""

    INTERFACE_VERSION = 3
    timeframe = "1m"
    startup_candle_count = 62
    stoploss = -0.35
    minimal_roi: ClassVar[dict[str, float]] = {}

    def populate_indicators(self, dataframe: pd.DataFrame, _metadata: dict) -> pd.DataFrame:
        """Average true range and volatility."""
        before = dataframe["close"].shift(1)
        ranges = [dataframe["high"] - dataframe["low"]]
        ranges += [(dataframe[name] - before).abs() for name in ("high", "low")]
        dataframe["atr"] = pd.concat(ranges, axis=1).max(axis=1).rolling(14).mean()
        returns = np.log(dataframe["close"] / before)
        dataframe["volatility"] = returns.rolling(60).std() * np.sqrt(525_600)
        return dataframe

    def populate_entry_trend(self, dataframe: pd.DataFrame, _metadata: dict) -> pd.DataFrame:
        """Buy a close above the high of two candles."""
        high = dataframe["high"].rolling(2).max().shift(1)
        dataframe.loc[dataframe["close"] > high, ["enter_long", "enter_tag"]] = (1, "breakout")
        return dataframe

    def populate_exit_trend(self, dataframe: pd.DataFrame, _metadata: dict) -> pd.DataFrame:
        """Sell a close below the low of two candles."""
        low = dataframe["low"].rolling(2).min().shift(1)
        dataframe.loc[dataframe["close"] < low, ["exit_long", "exit_tag"]] = (1, "breakdown")
        return dataframe


class TimedFreqaiExample(LoopTimes, FreqaiExampleStrategy):
    """freqtrade's own example of FreqAI; it can go short, which spot markets refuse."""

    timeframe = "1m"
    can_short = False
