"""An entry that every pre-trade check lets pass, and the books that it may meet."""

from __future__ import annotations

import dataclasses
from typing import Any

from aurum_plugins.execution.cross_check import CrossCheck
from aurum_plugins.execution.entry_order import (
    EntryOrder,
    MarketLimits,
    OrderBook,
    Situation,
)
from aurum_plugins.execution.news_word import NewsWord
from aurum_plugins.market_data.consensus import CandleAgreement, Consensus, Quality
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitState
from aurum_plugins.risk.account import Account, Position
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.scored_item import EventKind

NOW_MS = 1_700_000_000_000
HOUR_MS = 3_600_000


def book(*, bid: float = 99.99, ask: float = 100.01, levels: int = 20, **changes: Any) -> OrderBook:
    """A book of one hundred base a level, a tenth of a bp apart."""
    whole = OrderBook(
        bids=tuple((bid * (1 - i * 1e-5), 100.0) for i in range(levels)),
        asks=tuple((ask * (1 + i * 1e-5), 100.0) for i in range(levels)),
        at_ms=NOW_MS - 100,
    )
    return dataclasses.replace(whole, **changes)


def position(pair: str, **changes: Any) -> Position:
    whole = Position(
        pair=pair,
        amount=3.0,
        ordered=1.0,
        price=50.0,
        open_rate=49.0,
        stop=45.0,
    )
    return dataclasses.replace(whole, **changes)


def consensus(price: float = 100.0, **changes: Any) -> Consensus:
    """Three venues agree."""
    whole = Consensus(
        pair="BTC/USDT",
        price=price,
        venues=("binance", "coinbase", "kraken"),
        excluded={},
        largest_deviation_bps=2.0,
        quality=Quality(coverage=1.0, agreement=0.98, freshness=0.9),
        at_ms=NOW_MS - 2_000,
    )
    return dataclasses.replace(whole, **changes)


def cross_check(**changes: Any) -> CrossCheck:
    """Other venues have nothing against it."""
    candle = CandleAgreement("BTC/USDT", NOW_MS - HOUR_MS - 60_000, ("coinbase", "kraken"))
    return dataclasses.replace(CrossCheck(consensus(), candle, CircuitState.CLOSED), **changes)


def news(**changes: Any) -> NewsWord:
    """Somebody listens, and nothing is wrong."""
    whole = NewsWord("BTC", mood=0.1, count=8.0, listened=True, floor=-0.4, fewest=3.0)
    return dataclasses.replace(whole, **changes)


def news_shock(**changes: Any) -> Shock:
    """Three items tell that an exchange halts withdrawals."""
    headline = "Binance halts withdrawals"
    kind = EventKind.WITHDRAWALS_HALTED
    whole = Shock("@binance", kind, headline, "rss:a", NOW_MS - 600_000, 1.8, 3)
    return dataclasses.replace(whole, **changes)


def golden(**changes: Any) -> Situation:
    """Ten base at 100, a minute after the close of an hourly candle; what is not told is fine.

    Fields of the order are taken as well as those of the situation.
    """
    order = EntryOrder(pair="BTC/USDT", amount=10.0, price=100.0)
    of_order = {key: changes.pop(key) for key in list(changes) if hasattr(order, key)}
    whole = Situation(
        now_ms=NOW_MS,
        order=dataclasses.replace(order, **of_order),
        candle_ms=NOW_MS - HOUR_MS - 60_000,
        interval_ms=HOUR_MS,
        close=100.0,
        average_range=0.8,
        account=Account(cash=20_000.0, positions=(position("ETH/USDT"),)),
        stake=1_000.0,
        book=book(),
        limits=MarketLimits(5.0, 9e6, 0.0001, 9_000.0),
        backtest=False,
        sent_ms=(NOW_MS - 2 * HOUR_MS, NOW_MS - 120_000, NOW_MS - 30_000),
        approved=False,
        cross_check=cross_check(),
        news=news(),
    )
    return dataclasses.replace(whole, **changes)


def scaled(situation: Situation, factor: float) -> Situation:
    """The same with every price, and all money, multiplied by `factor`."""

    def times(price: float | None) -> Any:
        return None if price is None else price * factor

    account, limits, seen = situation.account, situation.limits, situation.book
    positions = tuple(
        dataclasses.replace(
            one,
            price=one.price * factor,
            open_rate=one.open_rate * factor,
            stop=one.stop * factor,
        )
        for one in account.positions
    )
    sides = {
        side: tuple((price * factor, amount) for price, amount in getattr(seen, side))
        for side in ("bids", "asks")
        if seen is not None
    }
    word = situation.cross_check
    if word is not None and isinstance(word.consensus, Consensus):
        agreed = dataclasses.replace(word.consensus, price=word.consensus.price * factor)
        word = dataclasses.replace(word, consensus=agreed)
    return dataclasses.replace(
        situation,
        cross_check=word,
        order=dataclasses.replace(situation.order, price=situation.order.price * factor),
        close=situation.close * factor,
        average_range=situation.average_range * factor,
        stake=situation.stake * factor,
        account=Account(account.cash * factor, positions),
        book=None if seen is None else dataclasses.replace(seen, **sides),
        limits=dataclasses.replace(
            limits,
            smallest_notional=times(limits.smallest_notional),
            largest_notional=times(limits.largest_notional),
        ),
    )
