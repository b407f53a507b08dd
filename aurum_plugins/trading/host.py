"""What the desk asks of the bot that it sits in."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from aurum_plugins.execution.entry_order import MarketLimits, OrderBook
from aurum_plugins.risk.account import Account
from aurum_plugins.risk.closed_trade import ClosedTrade


class Fate(StrEnum):
    """What became of an entry order that was approved."""

    WAITING = "waiting"
    FILLED = "filled"
    # Nobody can tell yet whether the exchange took it.
    UNKNOWN = "unknown"
    # The bot knows of no such entry, or not any more.
    GONE = "gone"


class Host(Protocol):
    """The bot's side: freqtrade's, a backtest's, or a test's."""

    def account(self) -> Account:
        """Cash and positions now, priced at the last known prices."""
        ...

    def closed_trades(self, since_ms: int) -> Sequence[ClosedTrade]:
        """Trades that closed at or after a time, UTC milliseconds."""
        ...

    def free_slots(self) -> int:
        """How many more positions the bot would open."""
        ...

    def locked(self, pair: str, candle_ms: int) -> str | None:
        """Why the pair may not be entered on this candle's signal; None if it may."""
        ...

    def all_locked(self, candle_ms: int) -> str | None:
        """Why no pair may be entered on this candle's signal; None if they may."""
        ...

    def fate(self, pair: str, since_ms: int) -> Fate:
        """What became of the entry that was sent at or after a time, UTC milliseconds."""
        ...

    def order_book(self, pair: str) -> OrderBook | None:
        """The market's order book; None if the exchange gives none."""
        ...

    def limits(self, pair: str) -> MarketLimits:
        """Smallest and largest orders that the exchange takes."""
        ...
