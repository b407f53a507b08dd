"""The bot that `decision_cost.py` times: a real strategy, a pretended exchange, rising prices.

Prices rise at every candle, so each is a breakout and asks for an order: the dearest case.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from freqtrade.configuration.load_config import load_from_files
from freqtrade.enums import RunMode
from freqtrade.persistence import Trade, init_db
from freqtrade.resolvers import StrategyResolver
from freqtrade.strategy import IStrategy

from aurum_plugins.execution.entry_order import OrderBook
from aurum_plugins.strategies.freqtrade_host import FreqtradeHost

ROOT = Path(__file__).resolve().parents[1]
HOUR_MS = 3_600_000
SHOWN = 1_000  # candles in the frame that a running bot decides on
LEVELS = 100
WALLET = 10_000.0
FIRST = pd.Timestamp("2024-01-01", tz="UTC")


def pairs(count: int) -> list[str]:
    """Names of so many invented pairs; the first is the leader of the market."""
    return ["BTC/USDT", *(f"COIN{number}/USDT" for number in range(1, count))]


def held(names: list[str]) -> list[str]:
    """Those with an open position: one in five."""
    return names[: len(names) // 5]


def candles(rows: int, seed: int) -> pd.DataFrame:
    """Hourly candles that each close above the one before, with a forecast each.

    Indicators are there already: they come before the decision.
    """
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(np.abs(rng.normal(0, 0.01, rows))))
    return pd.DataFrame(
        {
            "date": pd.date_range(FIRST, periods=rows, freq="1h").as_unit("ms"),
            "open": close * 0.999,
            "high": close,
            "low": close * 0.998,
            "close": close,
            "volume": 1.0,
            "&-forward_return_up": rng.uniform(0.55, 0.6, rows),
            "&-forward_return_confidence": rng.uniform(0, 1, rows),
            "&-forward_volatility": rng.normal(0, 0.1, rows),
            "&-readiness": 1.0,
        }
    )


class Exchange:
    """What the strategy asks of freqtrade's data provider and wallets."""

    runmode = RunMode.DRY_RUN
    _exchange = None  # who takes over lost orders looks here

    def __init__(self, names: list[str], rows: int) -> None:
        days = rows // 24 + 300
        dates = pd.date_range(FIRST - pd.Timedelta(days=299), periods=days, freq="1D")
        self._days = pd.DataFrame({"date": dates.as_unit("ms"), "close": np.linspace(1, 2, days)})
        self._names = names
        self.price = 0.0
        self.frames: dict[str, pd.DataFrame] = {}

    def get_pair_dataframe(self, _pair: str, _timeframe: str) -> pd.DataFrame:
        """The leader's daily candles."""
        return self._days

    def ohlcv(self, pair: str, _timeframe: str, copy: bool = True) -> pd.DataFrame:
        """The candles that the bot has; a copy unless none is wanted, as freqtrade gives it."""
        return self.frames[pair].copy() if copy else self.frames[pair]

    def current_whitelist(self) -> list[str]:
        """All pairs."""
        return self._names

    def orderbook(self, _pair: str, levels: int) -> dict[str, list[list[float]]]:
        """A narrow, deep book around the last price."""
        steps = np.arange(levels) * 1e-5
        bids, asks = self.price * (0.9999 - steps), self.price * (1.0001 + steps)
        amount = 1e6 / self.price
        return {
            "bids": [[price, amount] for price in bids.tolist()],
            "asks": [[price, amount] for price in asks.tolist()],
        }

    def market(self, _pair: str) -> dict[str, Any]:
        """Limits of an order."""
        return {"limits": {"cost": {"min": 5.0, "max": 9e6}, "amount": {"min": 1e-9}}}

    def send_msg(self, _text: str, *, always_send: bool = False) -> None:
        """Alerts go nowhere."""

    def get_total(self, _currency: str) -> float:
        """Cash."""
        return WALLET


class TimedHost(FreqtradeHost):
    """freqtrade as the host, at a time of the past: books are as old as the loop."""

    now_ms = 0

    def order_book(self, pair: str) -> OrderBook | None:
        """The book, dated now."""
        book = super().order_book(pair)
        return book and dataclasses.replace(book, at_ms=self.now_ms)


def strategy(names: list[str], rows: int, folder: Path) -> Any:
    """AurumStrategy with configs/freqai.json, as freqtrade builds it; trades are in `folder`.

    It keeps its records in whatever database `AURUM_DATABASE_URL` names.
    """
    files = [str(ROOT / "configs" / name) for name in ("dry_run.json", "freqai.json")]
    config = {
        **load_from_files(files),
        "strategy": "AurumStrategy",
        "strategy_path": str(ROOT / "user_data" / "strategies"),
        "user_data_dir": folder,
        "runmode": RunMode.DRY_RUN,
    }
    # All pairs break out at once, which an ordinary rate of orders would stop.
    # What venues say is read from memory in microseconds: see consensus_cost.py.
    config["aurum"]["venues"] = {"enabled": False}
    config["aurum"]["checks"] = {"orders_per_minute": 1_000, "orders_per_hour": 10_000}
    built = StrategyResolver.load_strategy(config)
    built.dp = built.wallets = Exchange(names, rows)
    built.host = TimedHost(built)
    init_db(f"sqlite:///{folder}/trades.sqlite")
    for name in held(names):
        Trade.session.add(_position(name))
    Trade.commit()
    return built


def with_indicators(built: Any, names: list[str], rows: int) -> dict[str, pd.DataFrame]:
    """The whole history of each pair, with what `populate_indicators` adds beside forecasts."""
    frames = {name: candles(rows, seed) for seed, name in enumerate(names)}
    columns, built.columns = built.columns, None
    try:
        return {
            name: built.populate_indicators(frame, {"pair": name}) for name, frame in frames.items()
        }
    finally:
        built.columns = columns


class StockBreakout(IStrategy):
    """The same rules written as a stock strategy is, with freqtrade's own sizing and no checks."""

    INTERFACE_VERSION = 3
    timeframe = "1h"
    stoploss = -0.35

    def populate_indicators(self, dataframe: pd.DataFrame, _metadata: dict) -> pd.DataFrame:
        """Nothing: they come before the decision."""
        return dataframe

    def populate_entry_trend(self, dataframe: pd.DataFrame, _metadata: dict) -> pd.DataFrame:
        """Buy a close above the 20-day high."""
        dataframe["channel_high"] = dataframe["high"].rolling(480).max().shift(1)
        dataframe["channel_low"] = dataframe["low"].rolling(240).min().shift(1)
        probability = dataframe["&-forward_return_up"].rolling(24).mean()
        move = 1e4 * dataframe["volatility"] * (240 / 8_760) ** 0.5
        dataframe.loc[
            (dataframe["close"] > dataframe["channel_high"])
            & ((dataframe["market_trend_share"] >= 0) | (probability >= 0.505))  # noqa: PLR2004
            & (move >= 75)  # noqa: PLR2004
            & (dataframe["volume"] > 0),
            ["enter_long", "enter_tag"],
        ] = (1, "breakout")
        return dataframe

    def populate_exit_trend(self, dataframe: pd.DataFrame, _metadata: dict) -> pd.DataFrame:
        """Sell a close below the 10-day low."""
        dataframe.loc[dataframe["close"] < dataframe["channel_low"], ["exit_long", "exit_tag"]] = (
            1,
            "breakdown",
        )
        return dataframe


def _position(pair: str) -> Trade:
    return Trade(
        pair=pair,
        exchange="binance",
        stake_amount=300.0,
        amount=3.0,
        open_rate=100.0,
        fee_open=0.001,
        fee_close=0.001,
        is_open=True,
        open_date=datetime.now(UTC) - timedelta(days=3),
        stop_loss=80.0,
    )
