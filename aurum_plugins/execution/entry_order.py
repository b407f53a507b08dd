"""An entry that freqtrade is about to order, and all that is known about it."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.execution.cross_check import CrossCheck
from aurum_plugins.execution.news_word import NewsWord
from aurum_plugins.risk.account import Account


@dataclass(frozen=True)
class EntryOrder:
    """What would be sent.

    Attributes
    ----------
    pair : str
    amount : float
        Base currency.
    price : float
        Quote currency; of a market order the one that freqtrade expects.
    """

    pair: str
    amount: float
    price: float

    @property
    def notional(self) -> float:
        """Quote currency."""
        return self.amount * self.price


@dataclass(frozen=True)
class OrderBook:
    """Both sides of a market, the best price first.

    Attributes
    ----------
    bids, asks : tuple of (float, float)
        Price in quote currency, amount in base currency.
    at_ms : int
        UTC milliseconds when it was asked for.
    """

    bids: tuple[tuple[float, float], ...]
    asks: tuple[tuple[float, float], ...]
    at_ms: int


@dataclass(frozen=True)
class MarketLimits:
    """What the exchange takes; None is no limit.

    Attributes
    ----------
    smallest_notional, largest_notional : float or None
        Quote currency.
    smallest_amount, largest_amount : float or None
        Base currency.
    """

    smallest_notional: float | None = None
    largest_notional: float | None = None
    smallest_amount: float | None = None
    largest_amount: float | None = None


@dataclass(frozen=True)
class Situation:
    """Everything that a check may look at.

    Attributes
    ----------
    now_ms : int
        UTC milliseconds.
    order : EntryOrder
    candle_ms : int
        UTC milliseconds at which the candle behind the signal opened.
    interval_ms : int
        Length of a candle in milliseconds.
    close : float
        That candle's close, quote currency.
    average_range : float
        Average true range of the candles up to it, quote currency; NaN if not known.
    account : Account
        As it is without the order.
    stake : float
        What risk allowed for this order, quote currency.
    book : OrderBook or None
        None: the exchange gave none. A backtest has none either, see `backtest`.
    limits : MarketLimits
    backtest : bool
        True where there is no order book to be had: checks of the book pass.
    sent_ms : tuple of int
        When this bot sent its last orders, UTC milliseconds, oldest first.
    approved : bool
        Whether an order was already approved for this candle of this pair.
    cross_check : CrossCheck or None
        What other venues say; None where none are named, and in a backtest.
    news : NewsWord or None
        What the news say; None where they are not followed.
    """

    now_ms: int
    order: EntryOrder
    candle_ms: int
    interval_ms: int
    close: float
    average_range: float
    account: Account
    stake: float
    book: OrderBook | None
    limits: MarketLimits
    backtest: bool
    sent_ms: tuple[int, ...]
    approved: bool
    cross_check: CrossCheck | None = None
    news: NewsWord | None = None
