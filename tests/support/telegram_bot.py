"""freqtrade's own Telegram bot around a bot that stands still, on a loopback Bot API."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

from decisions import HOUR_MS, START_MS, decision, wanted
from freqtrade.enums import State, TradingMode
from freqtrade.persistence import Trade, init_db
from freqtrade.rpc import RPC
from freqtrade.rpc import telegram as telegram_module
from freqtrade.rpc.telegram import Telegram
from loopback_telegram import CHAT, TOKEN, LoopbackTelegram
from sqlalchemy.orm import close_all_sessions

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.clock import WallClock
from aurum_plugins.database import Database, open_database
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.journal import Journal
from aurum_plugins.reasons import Reason
from aurum_plugins.risk.account import Account, Position
from aurum_plugins.risk.kill_switch import KillSwitch
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.risk.standing import Standing
from aurum_plugins.risk.switch import Switch
from aurum_plugins.strategies import DecidingStrategy
from aurum_plugins.trading.stock import Stock

ACCOUNT = Account(700.0, (Position("BTC/USDT", 0.005, 0.0, 60_000.0, 59_000.0, 55_000.0),))
# Of no bot that runs: a strategy that keeps what it is given.
PAIRS = ("BTC/USDT", "ETH/USDT")


class StillStrategy(DecidingStrategy):
    """One of ours, with a desk that took stock once."""

    timeframe = "1h"

    def __init__(self, stock: Stock) -> None:
        self._desk = SimpleNamespace(stock=stock)  # type: ignore[assignment]

    def version(self) -> str:
        return "1"

    def populate_indicators(self, dataframe: Any, metadata: Any) -> Any:
        return dataframe


@dataclass
class TelegramBot:
    """The bot, its database, and the server that it talks to."""

    api: LoopbackTelegram
    telegram: Telegram
    freqtrade: SimpleNamespace
    database: Database
    config: Mapping[str, Any]

    @property
    def name(self) -> str:
        return bot_identity(self.config)

    def switch(self) -> Switch:
        """What the kill switch says of this bot."""
        return KillSwitch(self.database, self.name, WallClock()).read()

    def journal(self, decisions: Sequence[Decision]) -> None:
        """Write decisions down."""
        Journal(self.database, self.name, "1h", "Still", WallClock()).record(decisions)


def stock_of(account: Account = ACCOUNT, at_ms: int | None = None) -> Stock:
    """What a desk found in an account that lost a little."""
    now_ms = WallClock().now_ms() if at_ms is None else at_ms
    equity = account.equity
    marks = RiskState(
        at_ms=now_ms,
        equity=equity,
        peak=equity * 1.02,
        day_equity=equity,
        day_low=equity * 0.99,
        week_equity=equity,
        week_low=equity * 0.99,
        losing_streak=2,
    )
    return Stock(account, 3, Standing(1.0, None, 0.02), marks)


def lately(number: int = 0, pair: str = "BTC/USDT") -> tuple[Decision, ...]:
    """A candle on which nothing was wanted, and one with an entry refused, in the last hours."""
    now_ms = WallClock().now_ms()
    hours = (now_ms - START_MS) // HOUR_MS - 2 - number
    refused = wanted(hours + 1, pair).settled(
        Verdict.REFUSED, Reason.WIDE_SPREAD, {"spread_bps": 80.0, "limit_bps": 20.0}, now_ms
    )
    return decision(hours, pair), refused


class _Hasty:
    """asyncio for a module that looks every ten seconds whether it is to end."""

    def __init__(self) -> None:
        self.ended = Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, _: float) -> None:
        while not self.ended.is_set():  # noqa: ASYNC110 - of another thread
            await asyncio.sleep(0.02)


@contextmanager
def telegram_bot(folder: Path, **telegram: Any) -> Iterator[TelegramBot]:
    """A bot that listens."""
    url = f"sqlite:///{folder}/aurum.sqlite"
    with LoopbackTelegram() as api, open_database(url) as database:
        config = {
            "bot_name": "Still <bot>",
            "dry_run": True,
            "stake_currency": "USDT",
            "stake_amount": 10,
            "max_open_trades": 3,
            "timeframe": "1h",
            "user_data_dir": folder,
            "exchange": {"name": "binance", "pair_whitelist": list(PAIRS)},
            "telegram": {"enabled": True, "token": TOKEN, "chat_id": str(CHAT), **telegram},
            "aurum": {"database": {"url": url}, "telegram": {"api": api.url}},
        }
        freqtrade = SimpleNamespace(
            config=config,
            strategy=StillStrategy(stock_of()),
            state=State.RUNNING,
            trading_mode=TradingMode.SPOT,
            active_pair_whitelist=list(PAIRS),
        )
        hasty = telegram_module.asyncio = _Hasty()
        init_db(f"sqlite:///{folder}/trades.sqlite")
        bot = Telegram(RPC(freqtrade), config)
        api.wait(lambda: "getUpdates" in api.calls, "poll")
        try:
            yield TelegramBot(api, bot, freqtrade, database, config)
        finally:
            ending = asyncio.run_coroutine_threadsafe(bot._cleanup_telegram(), bot._loop)
            ending.result(20)
            hasty.ended.set()
            bot._thread.join()
            telegram_module.asyncio = asyncio
            Trade.session.remove()
            close_all_sessions()
