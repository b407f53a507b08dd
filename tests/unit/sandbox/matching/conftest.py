"""A market of known prices and a book of known sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pytest

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market import Candles, Market
from aurum_plugins.sandbox.market.book import Book, Ladder
from aurum_plugins.sandbox.matching import (
    Account,
    MatchingEngine,
    Order,
    OrderRequest,
    OrderType,
    Side,
)

START = 1_700_000_040_000
SIZES = (10, 20, 30, 40)


class ScriptedTape:
    """One-minute candles that were written down beforehand; None is an outage."""

    interval_ms = MINUTE_MS
    first_ms = START

    def __init__(self, script: Mapping[str, Sequence[float | None]], volume: float) -> None:
        self.symbols = tuple(script)
        self.last_ms = START + MINUTE_MS * max(len(prices) for prices in script.values())
        self._candles = {symbol: _candles(prices, volume) for symbol, prices in script.items()}

    def window(self, symbol: str, start_ms: int, end_ms: int) -> Candles:
        candles = self._candles[symbol]
        return candles[(candles.open_ms >= start_ms) & (candles.open_ms < end_ms)]


def _candles(prices: Sequence[float | None], volume: float) -> Candles:
    rows = [(START + i * MINUTE_MS, p) for i, p in enumerate(prices) if p is not None]
    opens = np.array([row[0] for row in rows], np.int64)
    flat = np.array([row[1] for row in rows], np.float64)
    return Candles(opens, flat, flat, flat, flat, np.full(len(rows), volume))


class PlainMarket(Market):
    """A market whose book has the same few sizes, one tick apart, at every second."""

    def book(self, symbol: str, now_ms: int) -> Book:
        last = round(self.last_price(symbol, now_ms) / self.instrument(symbol).tick)
        steps = np.arange(1, len(SIZES) + 1)
        lots = np.array(SIZES)
        return Book(now_ms, Ladder(last - steps, lots), Ladder(last + steps, lots))


INSTRUMENTS = (
    Instrument("AAA", "USDT", Decimal("0.01"), Decimal("0.1")),
    Instrument("BBB", "USDT", Decimal("0.01"), Decimal("0.1")),
    Instrument("BNB", "USDT", Decimal("0.01"), Decimal("0.001")),
    Instrument("AAA", "BNB", Decimal("0.01"), Decimal("0.1"), min_notional=Decimal("0.1")),
    Instrument("CCC", "EUR", Decimal("0.01"), Decimal("0.1")),
)
FUNDS = {"USDT": Decimal(10_000), "AAA": Decimal(100)}


@dataclass
class Desk:
    """An engine with one account, and short words for what the tests do."""

    engine: MatchingEngine
    account: Account

    def place(
        self,
        side: str,
        kind: str,
        quantity: str | None = None,
        price: str | None = None,
        *,
        now_ms: int = START,
        liquidity: float = 1.0,
        account: Account | None = None,
        **more: object,
    ) -> Order:
        request = ask(side, kind, quantity, price, **more)
        return self.engine.place(
            account or self.account, request, now_ms=now_ms, liquidity=liquidity
        )

    def free(self, asset: str) -> Decimal:
        return self.account.balances.free(asset)

    def locked(self, asset: str) -> Decimal:
        return self.account.balances.locked(asset)

    def is_exact(self) -> bool:
        return self.engine.reconcile(self.account) == {}


def ask(
    side: str,
    kind: str,
    quantity: str | None = None,
    price: str | None = None,
    *,
    stop: str | None = None,
    quote: str | None = None,
    symbol: str = "AAAUSDT",
    **more: object,
) -> OrderRequest:
    """A request out of strings."""
    quantity, quote, price, stop = (
        None if text is None else Decimal(text) for text in (quantity, quote, price, stop)
    )
    return OrderRequest(symbol, Side(side), OrderType(kind), quantity, quote, price, stop, **more)


Script = Sequence[float | None] | Mapping[str, Sequence[float | None]]


@pytest.fixture
def desk() -> Callable[..., Desk]:
    """Build a desk: `desk([100.0, 99.0])` trades AAAUSDT at 100 for a minute, then at 99."""

    def build(
        script: Script = (100.0,) * 10,
        *,
        volume: float = 60.0,
        funds: Mapping[str, Decimal] = FUNDS,
        pay_fees_in_bnb: bool = False,
        **settings: object,
    ) -> Desk:
        prices = script if isinstance(script, Mapping) else {"AAAUSDT": script}
        traded = [i for i in INSTRUMENTS if i.symbol in prices]
        market = PlainMarket(ScriptedTape(prices, volume), traded, seed=7)
        engine = MatchingEngine(market, **settings)
        return Desk(engine, engine.open_account("key", "secret", funds, pay_fees_in_bnb))

    return build


@pytest.fixture
def start() -> int:
    """UTC milliseconds at which every script begins."""
    return START


@pytest.fixture
def request_of() -> Callable[..., OrderRequest]:
    """Make a request out of strings."""
    return ask
