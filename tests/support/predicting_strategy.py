"""AurumStrategy as freqtrade builds it, with and without FreqAI, and what it may ask."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from freqtrade.enums import RunMode
from freqtrade.exchange import timeframe_to_msecs
from freqtrade.freqai.data_kitchen import FreqaiDataKitchen
from freqtrade.resolvers import StrategyResolver

ROOT = Path(__file__).parents[2]
PAIRS = ["BTC/USDT", "ETH/USDT"]
FEW_FEATURES = {"include": ["rsi", "body", "market_return", "hour_sin"]}
# A label whose own past is known after a few candles.
SHORT_TARGETS = {
    "volatility_candles": 5,
    "history_candles": [3],
    "season_candles": 4,
    "seasons": 1,
}
SHORT = {"entry_candles": 12, "exit_candles": 6, "atr_candles": 5, "volatility_candles": 8}
NOW = pd.Timestamp("2024-01-17T17:00", tz="UTC")


def load_strategy(breakout: dict[str, Any] | None = None, **config: Any) -> Any:
    """Let freqtrade itself find and build the strategy."""
    return StrategyResolver.load_strategy(
        {
            "strategy": "AurumStrategy",
            "strategy_path": str(ROOT / "user_data/strategies"),
            "user_data_dir": ROOT / "user_data",
            "aurum": {"breakout": breakout or {}},
            **config,
        }
    )


def hourly_candles(rows: int = 400, seed: int = 5) -> pd.DataFrame:
    """Hourly candles from the first of January 2024 on."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, rows)))
    return pd.DataFrame(
        {
            "date": pd.date_range("2024-01-01", periods=rows, freq="1h", tz="UTC"),
            "open": close,
            "high": close * 1.002,
            "low": close * 0.998,
            "close": close,
            "volume": 1.0,
        }
    )


class Predictor:
    """What the strategy asks of FreqAI: its history, and its forecasts."""

    def __init__(self, history: dict[str, dict[str, pd.DataFrame]] | None = None) -> None:
        self.dd = SimpleNamespace(history_lock=threading.Lock(), historic_data=history or {})
        self.started: list[tuple[dict[str, Any], Any]] = []

    def start(self, frame: pd.DataFrame, metadata: dict[str, Any], strategy: Any) -> pd.DataFrame:
        """Give forecasts, and remember who asked."""
        self.started.append((metadata, strategy))
        return frame.assign(**{"&-forward_return": 1.0, "do_predict": 1})


class Received:
    """What the strategy and FreqAI ask of freqtrade's data provider: candles closed by `NOW`."""

    def __init__(self, *timeframes: str, rows: int = 400, runmode: RunMode = RunMode.LIVE) -> None:
        self.runmode = runmode
        self.candles = {
            (pair, timeframe): hourly_candles(rows, seed).assign(
                date=pd.date_range(
                    end=NOW.floor(timeframe) - pd.Timedelta(timeframe),
                    periods=rows,
                    freq=timeframe,
                ).as_unit("ms")
            )
            for seed, pair in enumerate(PAIRS)
            for timeframe in timeframes
        }

    def get_pair_dataframe(self, pair: str, timeframe: str) -> pd.DataFrame:
        """Candles of a pair, oldest first."""
        return self.candles[pair, timeframe].copy()

    def end(self, pair: str, timeframe: str, closed_by: pd.Timestamp) -> None:
        """Forget the candles of a pair that closed later."""
        candles = self.candles[pair, timeframe]
        closes = candles["date"] + pd.Timedelta(milliseconds=timeframe_to_msecs(timeframe))
        self.candles[pair, timeframe] = candles.loc[closes <= closed_by]


def freqai(**parameters: Any) -> dict[str, Any]:
    """FreqAI's section, with other feature parameters."""
    return {
        "enabled": True,
        "identifier": "test",
        "train_period_days": 3,
        "backtest_period_days": 1,
        "data_kitchen_thread_count": 1,
        "feature_parameters": {
            "include_timeframes": ["1h"],
            "include_corr_pairlist": PAIRS,
            "indicator_periods_candles": [5, 14],
            "include_shifted_candles": 0,
            "label_period_candles": 3,
            **parameters,
        },
    }


def predicting(features: dict[str, Any] | None = None, **parameters: Any) -> Any:
    """The strategy with FreqAI enabled, and what it may ask."""
    aurum = {
        "breakout": SHORT,
        "features": FEW_FEATURES if features is None else features,
        "targets": SHORT_TARGETS,
    }
    strategy = load_strategy(freqai=freqai(**parameters), aurum=aurum)
    strategy.dp, strategy.freqai = Received("1h"), Predictor()
    return strategy


def populated(
    strategy: Any, pair: str = "ETH/USDT", *, live: bool = True
) -> tuple[pd.DataFrame, FreqaiDataKitchen]:
    """Candles of a pair with all columns, as FreqAI itself asks for and joins them."""
    config = {**strategy.config, "timeframe": "1h", "exchange": {"pair_whitelist": PAIRS}}
    kitchen = FreqaiDataKitchen(config, live=live, pair=pair)
    frame = kitchen.use_strategy_to_populate_indicators(
        strategy, pair=pair, prediction_dataframe=strategy.dp.get_pair_dataframe(pair, "1h")
    )
    kitchen.find_features(frame)
    return frame, kitchen
