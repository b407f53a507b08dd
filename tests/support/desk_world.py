"""A tiny exchange and an account on it, on a virtual clock: a desk's host for tests.

Nothing in it is random. All prices and all money are multiplied by `scale`, amounts are not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from aurum_plugins.clock import HOUR_MS, VirtualClock
from aurum_plugins.execution.entry_order import MarketLimits, OrderBook
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.risk.account import Account, Position
from aurum_plugins.risk.closed_trade import ClosedTrade
from aurum_plugins.signals.policy import Decided
from aurum_plugins.trading.decided_candles import DecidedCandles
from aurum_plugins.trading.host import Fate

# 2026-11-22 10:00 UTC.
START_MS = 1_795_341_600_000
# ALFA and BETA move together, GAMMA on its own.
PRICES = {"ALFA/USDT": 100.0, "BETA/USDT": 20.0, "GAMMA/USDT": 0.5}
PAIRS = tuple(PRICES)
CASH = 10_000.0
HISTORY = 40
_SIGNALS = {
    Action.ENTER: Reason.BREAKOUT,
    Action.EXIT: Reason.BREAKDOWN,
    Action.HOLD: Reason.NO_BREAKOUT,
}


class Outcome(StrEnum):
    """What the exchange makes of an entry order."""

    FILLED = "filled"
    PARTLY = "partly"
    WAITING = "waiting"
    REJECTED = "rejected"


@dataclass
class WorldTrade:
    """A position, or an entry order that may become one; amounts in base currency."""

    number: int
    pair: str
    ordered: float
    open_rate: float
    opened_ms: int
    amount: float = 0.0
    filled: float = 0.0
    # Whether the bot was told, since its last start, that the entry is waiting.
    seen_waiting: bool = False
    closed_ms: int | None = None
    profit: float = 0.0


@dataclass
class Series:
    """The closed candles of one pair."""

    opens_ms: list[int] = field(default_factory=list)
    closes: list[float] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)


class DeskWorld:
    """Host of a desk, with levers that only tests have.

    Parameters
    ----------
    scale : float
    slots : int
        How many positions the bot holds at most.
    """

    def __init__(self, *, scale: float = 1.0, slots: int = 3) -> None:
        self.scale = scale
        self.slots = slots
        self.clock = VirtualClock(START_MS + 1_500)
        self.cash = CASH * scale
        self.prices = {pair: price * scale for pair, price in PRICES.items()}
        self.series = {pair: Series() for pair in PAIRS}
        self.trades: list[WorldTrade] = []
        self.locks: set[str] = set()
        self.lock_on_all = False
        self.books = True
        self.prices_known = True
        self._number = 0
        for number in range(HISTORY):
            wave = math.sin(number * 1.7) * 0.01
            moves = (wave, wave * 1.1, math.cos(number * 2.9) * 0.01)
            opens_ms = START_MS - (HISTORY - number) * HOUR_MS
            for pair, move in zip(PAIRS, moves, strict=True):
                self._append(pair, opens_ms, self.prices[pair] * (1 + move), Action.HOLD)

    @property
    def now_ms(self) -> int:
        return self.clock.now_ms()

    @property
    def open_trades(self) -> list[WorldTrade]:
        return [trade for trade in self.trades if trade.closed_ms is None]

    def trade(self, pair: str) -> WorldTrade | None:
        """The pair's open one."""
        return next((trade for trade in self.open_trades if trade.pair == pair), None)

    # What happens on the exchange.

    def close_candle(self, actions: dict[str, Action]) -> None:
        """Go on to the next close; only pairs with an action get the candle, the others miss it."""
        closed_ms = (self.now_ms // HOUR_MS + 1) * HOUR_MS
        self.clock.advance(closed_ms + 1_500 - self.now_ms)
        for pair, action in actions.items():
            self._append(pair, closed_ms - HOUR_MS, self.prices[pair], action)

    def late_candle(self, pair: str, action: Action) -> None:
        """Bring the last closed candle of a pair that missed it."""
        opens_ms = (self.now_ms // HOUR_MS - 1) * HOUR_MS
        if self.series[pair].opens_ms[-1] < opens_ms:
            self._append(pair, opens_ms, self.prices[pair], action)

    def newest(self, pair: str) -> tuple[int, Action]:
        """The newest candle of a pair: when it opened, and what was decided on it."""
        series = self.series[pair]
        return series.opens_ms[-1], series.actions[-1]

    def order(self, pair: str, amount: float, rate: float, to: Outcome) -> WorldTrade | None:
        """Send an entry order; None if the exchange does not take it."""
        if to is Outcome.REJECTED:
            return None
        self._number += 1
        trade = WorldTrade(self._number, pair, amount, rate, self.now_ms)
        self.trades.append(trade)
        share = {Outcome.FILLED: 1.0, Outcome.PARTLY: 0.5}.get(to, 0.0)
        self.fill(trade, share)
        return trade

    def fill(self, trade: WorldTrade, share: float) -> None:
        """Fill a share of what is still ordered."""
        amount = trade.ordered * share
        trade.ordered = 0.0 if share == 1 else trade.ordered - amount
        trade.amount += amount
        trade.filled += amount
        self.cash -= amount * trade.open_rate

    def cancel(self, trade: WorldTrade) -> None:
        """Cancel what is still ordered; without a fill the trade is gone."""
        trade.ordered = 0.0
        if not trade.filled:
            self.trades.remove(trade)

    def sell(self, trade: WorldTrade) -> None:
        """Close a position at the last price."""
        price = self.prices[trade.pair]
        trade.profit = trade.amount * (price - trade.open_rate)
        self.cash += trade.amount * price
        trade.ordered = trade.amount = 0.0
        trade.closed_ms = self.now_ms

    # What a desk asks.

    def account(self) -> Account:
        known = 1.0 if self.prices_known else math.nan
        return Account(
            self.cash,
            tuple(
                Position(
                    pair=trade.pair,
                    amount=trade.amount,
                    ordered=trade.ordered,
                    price=self.prices[trade.pair] * known,
                    open_rate=trade.open_rate,
                    stop=math.nan,
                )
                for trade in self.open_trades
            ),
        )

    def closed_trades(self, since_ms: int) -> list[ClosedTrade]:
        return [
            ClosedTrade(trade.number, trade.pair, trade.closed_ms, trade.profit)
            for trade in self.trades
            if trade.closed_ms is not None and trade.closed_ms >= since_ms
        ]

    def free_slots(self) -> int:
        return self.slots - len(self.open_trades)

    def locked(self, pair: str, candle_ms: int) -> str | None:
        return "protection" if pair in self.locks else None

    def all_locked(self, candle_ms: int) -> str | None:
        return "protection" if self.lock_on_all else None

    def fate(self, pair: str, since_ms: int) -> Fate:
        since = [t for t in self.trades if t.pair == pair and t.opened_ms >= since_ms - 1_000]
        if not since:
            return Fate.GONE
        if since[0].filled:
            return Fate.FILLED
        since[0].seen_waiting = True
        return Fate.WAITING

    def order_book(self, pair: str) -> OrderBook | None:
        if not self.books:
            return None
        price = self.prices[pair]
        levels = [(step * 1e-5, CASH * self.scale / price) for step in range(1, 20)]
        bids = tuple((price * (1 - away), amount) for away, amount in levels)
        asks = tuple((price * (1 + away), amount) for away, amount in levels)
        return OrderBook(bids, asks, self.now_ms)

    def limits(self, pair: str) -> MarketLimits:
        return MarketLimits(smallest_notional=10 * self.scale)

    def remembered(self, decided: DecidedCandles) -> None:
        """Give each pair's decided candles to whoever wants to know, as an analysis does."""
        for pair, series in self.series.items():
            closes = np.array(series.closes)
            figures = {
                "close": closes,
                "average_range": closes * 0.02,
                "annual_volatility_share": np.full(len(closes), 0.5),
            }
            reasons = np.array([int(_SIGNALS[action]) for action in series.actions])
            actions = np.array([int(action) for action in series.actions])
            decided.remember(pair, np.array(series.opens_ms), Decided(actions, reasons, figures))

    def _append(self, pair: str, opens_ms: int, close: float, action: Action) -> None:
        series = self.series[pair]
        series.opens_ms.append(opens_ms)
        series.closes.append(close)
        series.actions.append(action)
