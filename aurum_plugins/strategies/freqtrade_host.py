"""freqtrade as the desk's host, in a running bot and in a backtest."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from freqtrade.exceptions import FreqtradeException
from freqtrade.exchange import timeframe_to_next_date
from freqtrade.persistence import PairLocks, Trade
from sqlalchemy import select

from aurum_plugins.clock import SECOND_MS, WallClock
from aurum_plugins.execution.entry_order import MarketLimits, OrderBook
from aurum_plugins.market_data.venue_candle import VenueCandle
from aurum_plugins.risk.account import Account, Position
from aurum_plugins.risk.closed_trade import ClosedTrade
from aurum_plugins.strategies.last_prices import LastPrices
from aurum_plugins.strategies.recovered_orders import guarded_orders
from aurum_plugins.trading.host import Fate

logger = logging.getLogger(__name__)

BOOK_LEVELS = 100


class FreqtradeHost:
    """Reads trades, locks, wallets and markets.

    Parameters
    ----------
    strategy : freqtrade.strategy.IStrategy
        Its `dp` and `wallets` are there once freqtrade has set it up.

    Attributes
    ----------
    prices : LastPrices
        Whoever learns of one puts it here.
    trades : sequence of freqtrade.persistence.Trade
        The open ones, of when the account was last asked for.
    elsewhere : callable or None
        What a pair is worth at other venues now, quote currency; None if nobody knows.
    """

    def __init__(self, strategy: Any) -> None:
        self._strategy = strategy
        self._not_booked = math.nan
        self.prices = LastPrices()
        self.trades: Sequence[Any] = ()
        self.elsewhere: Callable[[str], float | None] | None = None

    def account(self) -> Account:
        """Cash and positions now."""
        trades = self.trades = Trade.get_trades_proxy(is_open=True)
        positions = tuple(self._position(trade) for trade in trades)
        return Account(float(self._cash(trades)), positions)

    def closed_trades(self, since_ms: int) -> Sequence[ClosedTrade]:
        """Trades that closed at or after a time, UTC milliseconds."""
        trades = (
            _closed_in_database(since_ms)
            if Trade.use_db
            else (
                (trade.id, trade.pair, trade.close_date, trade.close_profit_abs)
                for trade in Trade.get_trades_proxy(is_open=False)
            )
        )
        closed = (
            ClosedTrade(int(number or 0), pair, _utc_ms(closed), float(profit or 0.0))
            for number, pair, closed, profit in trades
        )
        return [trade for trade in closed if trade.closed_ms >= since_ms]

    def free_slots(self) -> int:
        """How many more positions freqtrade would open."""
        most = self._strategy.config["max_open_trades"]
        open_now = Trade.get_open_trade_count()
        return 10_000 if math.isinf(most) else int(most) - open_now

    def locked(self, pair: str, candle_ms: int) -> str | None:
        """Why the pair may not be entered on this candle's signal; None if it may."""
        at = self._close(candle_ms)
        if not PairLocks.is_pair_locked(pair, at, side="long"):
            return None
        locks = (PairLocks.get_pair_longest_lock(name, at, "long") for name in (pair, "*"))
        return _reason_of(next(filter(None, locks), None))

    def all_locked(self, candle_ms: int) -> str | None:
        """Why no pair may be entered on this candle's signal; None if they may."""
        lock = PairLocks.get_pair_longest_lock("*", self._close(candle_ms))
        return None if lock is None else _reason_of(lock)

    def fate(self, pair: str, since_ms: int) -> Fate:
        """What became of the entry that was sent at or after a time, UTC milliseconds."""
        # A second for clocks that are read twice.
        trades = [
            trade
            for trade in _opened(since_ms - SECOND_MS, pair)
            if _ms(trade.open_date_utc) >= since_ms - SECOND_MS
        ]
        if not trades:
            return Fate.UNKNOWN if self._may_be_taken(pair) else Fate.GONE
        first = min(trades, key=lambda trade: trade.open_date_utc)
        if first.nr_of_successful_entries > 0 or not first.is_open:
            return Fate.FILLED
        return Fate.WAITING

    def order_book(self, pair: str) -> OrderBook | None:
        """The market's order book; None if the exchange gives none."""
        try:
            book = self._strategy.dp.orderbook(pair, BOOK_LEVELS)
        except FreqtradeException as error:
            logger.warning("No order book of %s: %s", pair, error)
            return None
        bids, asks = (tuple((float(p), float(a)) for p, a, *_ in book[side]) for side in _SIDES)
        return OrderBook(bids, asks, WallClock().now_ms())

    def limits(self, pair: str) -> MarketLimits:
        """Smallest and largest orders that the exchange takes."""
        limits = (self._strategy.dp.market(pair) or {}).get("limits", {})
        cost, amount = limits.get("cost", {}), limits.get("amount", {})
        return MarketLimits(
            smallest_notional=_number(cost.get("min")),
            largest_notional=_number(cost.get("max")),
            smallest_amount=_number(amount.get("min")),
            largest_amount=_number(amount.get("max")),
        )

    def candle(self, pair: str, open_ms: int) -> VenueCandle | None:
        """The candle that opened at a time, UTC milliseconds, as the exchange told it."""
        frame = self._strategy.dp.ohlcv(pair, self._strategy.timeframe, copy=False)
        if frame is None or frame.empty:
            return None
        opened = datetime.fromtimestamp(open_ms / SECOND_MS, UTC)
        rows = frame[frame["date"] == opened]
        if rows.empty:
            return None
        prices = {name: float(rows[name].iloc[-1]) for name in _OHLCV}
        currency = pair.partition("/")[2]
        return VenueCandle(
            self._strategy.config["exchange"]["name"], pair, currency, open_ms, **prices
        )

    def _may_be_taken(self, pair: str) -> bool:
        """Whether the exchange may have taken an entry that freqtrade was told nothing of."""
        orders = guarded_orders(self._strategy)
        return orders is not None and bool(orders.record.unsettled(pair, "buy"))

    def _close(self, candle_ms: int) -> datetime:
        candle = datetime.fromtimestamp(candle_ms / SECOND_MS, UTC)
        close: datetime = timeframe_to_next_date(self._strategy.timeframe, candle)
        return close

    def _cash(self, trades: Sequence[Any]) -> float:
        """Quote currency, also what open entry orders have set aside.

        What an exchange says of its balances is of another moment than what freqtrade has booked of
        orders that are filling: together they would show gains and losses that never were. So the
        books count, and what they do not tell is measured while no order is open.
        """
        config, wallets = self._strategy.config, self._strategy.wallets
        spent = sum(_spent(trade) for trade in trades)
        if "available_capital" in config:
            return float(wallets.get_total_stake_amount() - spent)
        total = float(wallets.get_total(config["stake_currency"]))
        if config["dry_run"]:
            # Computed from the books.
            return total
        booked = float(Trade.get_total_closed_profit()) - spent
        if not any(trade.has_open_orders for trade in trades):
            self._not_booked = total - booked
        return self._not_booked + booked

    def _price(self, pair: str) -> float:
        """Last known price; of a pair held over a restart, what could be had for it now.

        While the exchange is dark, what other venues say goes before a price of before.
        """
        known = self.prices.fresh(pair)
        if math.isnan(known) and self.elsewhere is not None:
            known = self.elsewhere(pair) or math.nan
        if math.isnan(known):
            known = self.prices.get(pair, math.nan)
        if math.isnan(known) and Trade.use_db:
            book = self.order_book(pair)
            if book is not None and book.bids:
                known = self.prices[pair] = book.bids[0][0]
        return known

    def _position(self, trade: Any) -> Position:
        entries = _open_entries(trade)
        return Position(
            pair=trade.pair,
            amount=float(trade.amount + sum(order.safe_filled for order in entries)),
            ordered=float(sum(order.safe_remaining for order in entries)),
            price=self._price(trade.pair),
            open_rate=float(trade.open_rate),
            stop=float(trade.stop_loss) if trade.stop_loss else math.nan,
        )


_SIDES = ("bids", "asks")
_OHLCV = ("open", "high", "low", "close", "volume")


def _open_entries(trade: Any) -> list[Any]:
    return [order for order in trade.open_orders if order.ft_order_side == trade.entry_side]


def _spent(trade: Any) -> float:
    """What has been paid for a trade so far, quote currency; freqtrade counts the whole stake."""
    waiting = sum(order.safe_remaining * order.safe_price for order in _open_entries(trade))
    return float(trade.stake_amount - waiting)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * SECOND_MS)


def _opened(since_ms: int, pair: str) -> Sequence[Any]:
    """Trades of a pair since a time; in a backtest, whose times carry no common zone, all of it."""
    since = {"open_date": _naive(since_ms)} if Trade.use_db else {}
    found: Sequence[Any] = Trade.get_trades_proxy(pair=pair, **since)
    return found


def _closed_in_database(since_ms: int) -> Sequence[Any]:
    """Number, pair, time and profit of trades that closed since a time, without their orders."""
    columns = Trade.id, Trade.pair, Trade.close_date, Trade.close_profit_abs
    closed = Trade.is_open.is_(False), Trade.close_date > _naive(since_ms)
    found: Sequence[Any] = Trade.session.execute(select(*columns).where(*closed)).all()
    return found


def _naive(at_ms: int) -> datetime:
    """A moment before this one as freqtrade's database has it: UTC, without a zone."""
    return datetime.fromtimestamp(max(0, at_ms - 1) / SECOND_MS, UTC).replace(tzinfo=None)


def _utc_ms(moment: datetime) -> int:
    return _ms(moment.replace(tzinfo=UTC))


def _reason_of(lock: Any) -> str:
    return "" if lock is None else f"{lock.reason or ''} until {lock.lock_end_time:%F %R}"


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
