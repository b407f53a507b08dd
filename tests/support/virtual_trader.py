"""A desk that trades on the simulated exchange by signed orders, on a clock that nobody waits for.

All of it is real but freqtrade, whose loop is played here: ccxt's classes over loopback, the desk
and its journal, orders that are written down and looked up, the venues' feed and its consensus.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ccxt
import numpy as np

from aurum_plugins.clock import MINUTE_MS, SECOND_MS, VirtualClock
from aurum_plugins.database import open_database
from aurum_plugins.execution.check_settings import CheckSettings
from aurum_plugins.execution.entry_order import EntryOrder, MarketLimits, OrderBook
from aurum_plugins.execution.idempotent_orders import IdempotentOrders
from aurum_plugins.execution.journal import Journal
from aurum_plugins.execution.order_record import OrderRecord
from aurum_plugins.execution.pre_trade_checks import PreTradeChecks
from aurum_plugins.market_data.answers import follow_venue_clock, refuse_unreadable_answers
from aurum_plugins.market_data.simulated_venues import venue_urls
from aurum_plugins.market_data.venue_candle import VenueCandle
from aurum_plugins.market_data.venue_feeds import new_feed
from aurum_plugins.market_data.venue_settings import VenueSettings
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.risk.account import Account, Position
from aurum_plugins.risk.closed_trade import ClosedTrade
from aurum_plugins.risk.loss_limits import LossLimits
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.sandbox import SandboxServer
from aurum_plugins.signals.policy import Decided
from aurum_plugins.trading.cross_checking import CrossChecking
from aurum_plugins.trading.decided_candles import DecidedCandles
from aurum_plugins.trading.decision_log import DecisionLog
from aurum_plugins.trading.desk import Desk
from aurum_plugins.trading.entry_sizing import EntrySizing
from aurum_plugins.trading.host import Fate
from aurum_plugins.trading.loss_book import LossBook
from aurum_plugins.trading.switch_reading import SwitchReading
from aurum_plugins.trading.venue_log import VenueLog

BOT = "virtual"
PAIRS = tuple(f"{base}/USDT" for base in ("BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "LINK", "LTC"))
KEY, SECRET = "key-of-the-trader", "a-secret-of-the-sandbox"
CASH = 10_000.0
LOOP_MS = 5 * SECOND_MS
HISTORY = 80
HELD_MS = 2 * MINUTE_MS
# freqtrade, too, asks four times before it gives up.
ATTEMPTS = 4
RISK = RiskSettings(position_cap=0.05, correlation_candles=20, daily_loss=0.5, weekly_loss=0.6)


@dataclass
class Booked:
    """A position as the trader's own books have it; amounts in base currency."""

    pair: str
    order_id: str
    amount: float
    open_rate: float
    opened_ms: int
    closed_ms: int | None = None
    profit: float = 0.0


class VirtualTrader:
    """Enters a pair on each third candle of it, and leaves it two minutes later.

    Parameters
    ----------
    server : SandboxServer
        On a virtual clock, with an account of `KEY` and `SECRET`.
    folder : pathlib.Path
        Takes the database.
    settings : VenueSettings

    Attributes
    ----------
    clock : VirtualClock
    trades : list of Booked
    """

    def __init__(self, server: SandboxServer, folder: Path, settings: VenueSettings) -> None:
        clock = server.exchange.clock
        assert isinstance(clock, VirtualClock)
        self.clock = clock
        self.trades: list[Booked] = []
        self._api = self._binance(server.url)
        database = open_database(f"sqlite:///{folder}/aurum.sqlite")
        self.orders = IdempotentOrders(
            self._api,
            OrderRecord(database, BOT, clock),
            is_booked=lambda _, order_id: order_id in self._entry_ids,
            sleep=lambda seconds: clock.advance(round(seconds * SECOND_MS)) and None,
        )
        self.journal = Journal(database, BOT, "1m", "Test", clock)
        self.feed = new_feed(settings, clock)
        self._decided = DecidedCandles(MINUTE_MS)
        self._candles: dict[str, list[list[float]]] = {pair: [] for pair in PAIRS}
        self._loop = asyncio.new_event_loop()
        log = VenueLog(database, BOT, "1m")
        self.desk = Desk(
            self,
            self._decided,
            DecisionLog(self.journal),
            SwitchReading(None),
            LossBook(LossLimits(RISK), None, MINUTE_MS),
            EntrySizing(RISK, 0.001, 0.35, MINUTE_MS),
            PreTradeChecks(CheckSettings()),
            CrossChecking(self.feed, settings, "binance", "1m", log, self.candle),
            timeframe="1m",
            interval_ms=MINUTE_MS,
            strategy="Test",
        )

    @property
    def api(self) -> Any:
        """ccxt's class, to look at the exchange's own books."""
        return self._api

    def close(self) -> None:
        """End all connections."""
        for connection in self.feed._connections:
            self._loop.run_until_complete(connection.close())
        self._loop.close()

    def run_until(self, end_ms: int, look: Callable[[], None] = lambda: None) -> None:
        """Loop as freqtrade does, until a moment of the virtual clock; `look` once venues spoke."""
        while self.clock.now_ms() < end_ms:
            self.clock.advance(LOOP_MS)
            self._ask_venues()
            look()
            self._take_over()
            self.desk.begin_loop(self.clock.now_ms())
            self._analyse()
            self.desk.decide(self.clock.now_ms(), PAIRS)
            self._exit()
            self._enter()

    # What the desk asks of its host.

    def account(self) -> Account:
        spent = sum(trade.amount * trade.open_rate for trade in self._open)
        profit = sum(trade.profit for trade in self.trades)
        positions = (
            Position(
                pair=trade.pair,
                amount=trade.amount,
                ordered=0.0,
                price=self._close(trade.pair),
                open_rate=trade.open_rate,
                stop=trade.open_rate * 0.9,
            )
            for trade in self._open
        )
        return Account(CASH + profit - spent, tuple(positions))

    def closed_trades(self, since_ms: int) -> list[ClosedTrade]:
        return [
            ClosedTrade(number, trade.pair, trade.closed_ms, trade.profit)
            for number, trade in enumerate(self.trades)
            if trade.closed_ms is not None and trade.closed_ms >= since_ms
        ]

    def free_slots(self) -> int:
        return len(PAIRS) - len(self._open)

    def locked(self, pair: str, candle_ms: int) -> None: ...

    def all_locked(self, candle_ms: int) -> None: ...

    def fate(self, pair: str, since_ms: int) -> Fate:
        since = (one for one in self.trades if one.pair == pair and one.opened_ms >= since_ms)
        if any(since):
            return Fate.FILLED
        return Fate.UNKNOWN if self.orders.record.unsettled(pair, "buy") else Fate.GONE

    def order_book(self, pair: str) -> OrderBook | None:
        asked_ms = self.clock.now_ms()
        book = self._ask(lambda: self._api.fetch_order_book(pair, 50))
        if book is None:
            return None
        bids, asks = (tuple((row[0], row[1]) for row in book[side]) for side in ("bids", "asks"))
        return OrderBook(bids, asks, asked_ms)

    def limits(self, pair: str) -> MarketLimits:
        limits = self._api.market(pair)["limits"]
        return MarketLimits(smallest_notional=limits["cost"]["min"])

    def candle(self, pair: str, open_ms: int) -> VenueCandle | None:
        rows = (row for row in self._candles[pair] if row[0] == open_ms)
        found = next(rows, None)
        return None if found is None else VenueCandle("binance", pair, "USDT", open_ms, *found[1:])

    @property
    def _open(self) -> list[Booked]:
        return [trade for trade in self.trades if trade.closed_ms is None]

    @property
    def _entry_ids(self) -> set[str]:
        return {trade.order_id for trade in self.trades}

    def _binance(self, url: str) -> Any:
        api = ccxt.binance(
            {
                "apiKey": KEY,
                "secret": SECRET,
                "urls": {"api": venue_urls("binance", url)},
                "enableRateLimit": False,
                "options": {"fetchMarkets": {"types": ["spot"]}},
            }
        )
        api.milliseconds = self.clock.now_ms
        api.load_markets()
        refuse_unreadable_answers(api)
        follow_venue_clock(api)
        return api

    def _ask(self, question: Any) -> Any:
        for _ in range(ATTEMPTS):
            with contextlib.suppress(ccxt.BaseError):
                return question()
        return None

    def _ask_venues(self) -> None:
        for connection in self.feed._connections:
            self._loop.run_until_complete(self.feed.refresh(connection))
            self._loop.run_until_complete(self.feed.catch_up(connection))

    def _take_over(self) -> None:
        for found in self.orders.unbooked():
            if found.recorded.side == "buy":
                pair, order = found.recorded.pair, found.order
                taken = EntryOrder(pair, order["filled"], order["average"])
                self.desk.recovered(self.clock.now_ms(), taken)
                self._book(pair, order)

    def _analyse(self) -> None:
        newest_ms = self.clock.now_ms() // MINUTE_MS * MINUTE_MS - MINUTE_MS
        for pair in PAIRS:
            known = self._candles[pair]
            if not known or known[-1][0] < newest_ms:
                rows = self._ask(lambda pair=pair: self._api.fetch_ohlcv(pair, "1m", None, HISTORY))
                self._candles[pair] = [row for row in rows or known if row[0] <= newest_ms]
                self._remember(pair)

    def _remember(self, pair: str) -> None:
        rows = np.array(self._candles[pair])
        if not len(rows):
            return
        minutes = (rows[:, 0] // MINUTE_MS).astype(np.int64)
        enters = (minutes + PAIRS.index(pair)) % 3 == 0
        closes = rows[:, 4]
        decided = Decided(
            actions=np.where(enters, int(Action.ENTER), int(Action.HOLD)),
            reasons=np.where(enters, int(Reason.BREAKOUT), int(Reason.NO_BREAKOUT)),
            figures={
                "close": closes,
                "average_range": closes * 0.005,
                "annual_volatility_share": np.full(len(rows), 0.5),
            },
        )
        self._decided.remember(pair, minutes * MINUTE_MS, decided)

    def _close(self, pair: str) -> float:
        return float(self._candles[pair][-1][4])

    def _exit(self) -> None:
        for trade in self._open:
            if self.clock.now_ms() - trade.opened_ms < HELD_MS:
                continue
            amount = float(self._api.amount_to_precision(trade.pair, trade.amount))
            with contextlib.suppress(ccxt.BaseError):
                order = self.orders.create_order(trade.pair, "market", "sell", amount)
                trade.closed_ms = self.clock.now_ms()
                trade.profit = order["cost"] - trade.amount * trade.open_rate

    def _enter(self) -> None:
        held = {trade.pair for trade in self._open}
        for pair in PAIRS:
            now_ms = self.clock.now_ms()
            row = self._decided.newest(pair, now_ms)
            fresh = row is not None and now_ms - row.candle_ms <= 2 * MINUTE_MS
            if fresh and row.action is Action.ENTER and pair not in held:
                self._try(pair, now_ms)

    def _try(self, pair: str, now_ms: int) -> None:
        book = self.order_book(pair)
        if book is None:
            return
        price, cash = book.asks[0][0], self.account().cash
        stake = self.desk.stake(
            now_ms, pair, price, share=cash / 10, largest=cash, smallest=10.0, stop_multiple=5.0
        )
        amount = float(self._api.amount_to_precision(pair, stake / price)) if stake else 0.0
        order = EntryOrder(pair, amount, price)
        if not stake or not self.desk.confirm(self.clock.now_ms(), order):
            return
        with contextlib.suppress(ccxt.BaseError):
            self._book(pair, self.orders.create_order(pair, "market", "buy", amount))

    def _book(self, pair: str, order: dict[str, Any]) -> None:
        if order["filled"] and str(order["id"]) not in self._entry_ids:
            # The fee is taken from what was bought.
            amount, rate = order["filled"] * 0.999, order["average"]
            now_ms = self.clock.now_ms()
            self.trades.append(Booked(pair, str(order["id"]), amount, rate, now_ms))
