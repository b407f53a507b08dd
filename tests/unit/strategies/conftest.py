"""The strategy as freqtrade builds it, and candles for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from predicting_strategy import hourly_candles, load_strategy
from strategy_provider import Provider


@pytest.fixture(scope="session")
def load() -> Callable[..., Any]:
    """`load(breakout, **config)`; what `aurum` holds beside `breakout` is kept."""

    def built(breakout: dict[str, Any] | None = None, **config: Any) -> Any:
        aurum = config.pop("aurum", {})
        strategy = load_strategy(aurum={"breakout": breakout or {}, **aurum}, **config)
        strategy.dp = Provider()
        return strategy

    return built


@pytest.fixture(scope="session")
def market() -> Callable[..., pd.DataFrame]:
    """`market(rows=400, seed=5)`."""
    return hourly_candles


@pytest.fixture(scope="session")
def analysed() -> Callable[[Any, pd.DataFrame], pd.DataFrame]:
    """`analysed(strategy, candles)`: indicators and signals, as freqtrade asks for them."""

    def analyse(strategy: Any, candles: pd.DataFrame) -> pd.DataFrame:
        pair = {"pair": "BTC/USDT"}
        return strategy.ft_advise_signals(strategy.advise_indicators(candles.copy(), pair), pair)

    return analyse
