"""What a strategy asks of freqtrade's data provider and wallets, from memory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from freqtrade.enums import RunMode

BOOK = {"bids": [[99.9, 500.0], [99.8, 500.0]], "asks": [[100.0, 500.0], [100.1, 500.0]]}
LIMITS = {"cost": {"min": 5.0, "max": None}, "amount": {"min": 0.001, "max": 9_000.0}}


def rising_leader(first: str = "2023-08-01", days: int = 250) -> pd.DataFrame:
    """Daily candles of a market that never falls."""
    dates = pd.date_range(first, periods=days, freq="1D", tz="UTC")
    return pd.DataFrame({"date": dates, "close": np.linspace(100, 200, days)})


class Provider:
    """Candles, an order book and a market.

    Parameters
    ----------
    candles : DataFrame, optional
        Of every pair and timeframe but the market leader's.
    runmode : RunMode
    pairs : tuple of str
        The list of pairs.
    """

    def __init__(
        self,
        candles: pd.DataFrame | None = None,
        runmode: RunMode = RunMode.BACKTEST,
        pairs: tuple[str, ...] = ("BTC/USDT",),
    ) -> None:
        self.candles = pd.DataFrame() if candles is None else candles
        self.leader = rising_leader()
        self.runmode = runmode
        self.pairs = pairs
        self.book: Any = BOOK
        self.limits: dict[str, Any] | None = LIMITS
        self._exchange = object()

    def get_pair_dataframe(self, pair: str, timeframe: str) -> pd.DataFrame:
        """Candles, oldest first."""
        return (self.leader if timeframe == "1d" else self.candles).copy()

    def get_analyzed_dataframe(self, pair: str, timeframe: str) -> tuple[pd.DataFrame, datetime]:
        """The same, and when they were analysed."""
        return self.candles, datetime.now(UTC)

    def ohlcv(self, pair: str, timeframe: str, copy: bool = True) -> pd.DataFrame:
        """Candles as they were fetched."""
        return self.candles

    def current_whitelist(self) -> list[str]:
        """The list of pairs."""
        return list(self.pairs)

    def orderbook(self, pair: str, levels: int) -> Any:
        """The order book, or the error that is set in its place."""
        if isinstance(self.book, Exception):
            raise self.book
        return self.book

    def market(self, pair: str) -> dict[str, Any] | None:
        """What the exchange says of a pair."""
        return None if self.limits is None else {"limits": self.limits}


class Wallets:
    """A balance.

    Parameters
    ----------
    total : float
        Quote currency.
    """

    def __init__(self, total: float = 10_000.0) -> None:
        self.total = total

    def get_total(self, currency: str) -> float:
        """All of it."""
        return self.total if currency == "USDT" else 0.0

    def get_total_stake_amount(self) -> float:
        """As freqtrade counts it where `available_capital` is set."""
        return self.total
