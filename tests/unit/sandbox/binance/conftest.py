"""A venue over written-down candles, asked without a socket."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import numpy as np
import orjson
import pytest
from aiohttp.test_utils import make_mocked_request

from aurum_plugins.clock import DAY_MS, MINUTE_MS, VirtualClock
from aurum_plugins.sandbox.binance import RateLimits, routes, sign
from aurum_plugins.sandbox.faults.active import ActiveFaults
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market import Candles, Market
from aurum_plugins.sandbox.matching import Account, MatchingEngine

FIRST = 1_700_006_400_000  # a midnight UTC
KEY, SECRET = "the-api-key", "the-secret"
INSTRUMENTS = (
    Instrument("AAA", "USDT", Decimal("0.01"), Decimal("0.001"), reference_price=100.0),
    Instrument("BBB", "USDT", Decimal("0.0001"), Decimal(1), reference_price=0.5),
    Instrument("BNB", "USDT", Decimal("0.01"), Decimal("0.001"), reference_price=300.0),
)


class WrittenTape:
    """Two days of one-minute candles with an outage; BBB is listed on the second day."""

    interval_ms = MINUTE_MS
    first_ms = FIRST
    last_ms = FIRST + 4 * DAY_MS

    def __init__(self) -> None:
        self._candles = {i.symbol: _walk(i, number) for number, i in enumerate(INSTRUMENTS)}
        late = self._candles["BBBUSDT"]
        self._candles["BBBUSDT"] = late[late.open_ms >= FIRST + DAY_MS]

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(self._candles)

    def window(self, symbol: str, start_ms: int, end_ms: int) -> Candles:
        candles = self._candles[symbol]
        begin, stop = np.searchsorted(candles.open_ms, (start_ms, end_ms))
        return candles[begin : max(begin, stop)]


def _walk(instrument: Instrument, seed: int) -> Candles:
    minutes = 4 * DAY_MS // MINUTE_MS
    rng = np.random.default_rng(seed)
    ticks = round(instrument.reference_price / instrument.tick) + rng.integers(-20, 21, minutes + 1)
    opened, close = ticks[:-1], ticks[1:]
    high = np.maximum(opened, close) + rng.integers(0, 5, minutes)
    low = np.minimum(opened, close) - rng.integers(0, 5, minutes)
    volume = rng.integers(1, 5_000, minutes) * instrument.step * 60
    volume[::17] = 0.0
    opens = FIRST + np.arange(minutes) * MINUTE_MS
    prices = (column * instrument.tick for column in (opened, high, low, close))
    candles = Candles(opens, *prices, volume)
    # An outage that spans whole hours, and the tail of one.
    return candles[(opens < FIRST + 100 * MINUTE_MS) | (opens >= FIRST + 250 * MINUTE_MS)]


@dataclass(frozen=True)
class Reply:
    status: int
    raw: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return orjson.loads(self.raw)

    @property
    def error(self) -> tuple[int, int, str]:
        return self.status, self.json["code"], self.json["msg"]


@dataclass
class Desk:
    """A venue, and short words for asking it."""

    market: Market
    clock: VirtualClock
    engine: MatchingEngine
    limits: RateLimits
    faults: ActiveFaults | None = None
    handlers: dict[tuple[str, str], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for route in routes(self.market, self.engine, self.clock, self.limits):
            self.handlers[route.method, route.path] = route.handler

    @property
    def now(self) -> int:
        return self.clock.now_ms()

    @property
    def account(self) -> Account:
        account = self.engine.account(KEY)
        assert account is not None
        return account

    def send(
        self,
        method: str,
        path: str,
        query: str = "",
        body: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        url = f"{path}?{query}" if query else path
        request = make_mocked_request(method, url, headers=headers or {})
        request._read_bytes = body.encode()
        if self.faults is not None:
            with warnings.catch_warnings(action="ignore"):
                request["faults"] = self.faults
        response = asyncio.run(self.handlers[method, path](request))
        return Reply(response.status, response.body, response.headers)

    def get(self, path: str, **parameters: object) -> Reply:
        return self.send("GET", f"/api/v3/{path}", urlencode(parameters))

    def signed(self, method: str, path: str, **parameters: object) -> Reply:
        sent = {"timestamp": self.now, **parameters}
        query = urlencode(sent)
        query += f"&signature={sign(SECRET, query)}"
        prefix = "" if path.startswith("/") else "/api/v3/"
        headers = {"X-MBX-APIKEY": KEY}
        if method == "POST":
            return self.send(method, prefix + path, "", query, headers)
        return self.send(method, prefix + path, query, "", headers)

    def order(self, **parameters: object) -> Reply:
        sent = {"symbol": "AAAUSDT", "side": "BUY", "type": "MARKET", **parameters}
        return self.signed("POST", "order", **sent)

    def limit(self, price: object, quantity: object = "1", **parameters: object) -> Reply:
        sent = {"type": "LIMIT", "timeInForce": "GTC", "price": price, "quantity": quantity}
        return self.order(**{**sent, **parameters})

    def last(self, symbol: str = "AAAUSDT") -> float:
        return self.market.last_price(symbol, self.now)


@pytest.fixture
def market() -> Market:
    return Market(WrittenTape(), INSTRUMENTS, seed=3)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(FIRST + 2 * DAY_MS + 12_345)


@pytest.fixture
def desk(market: Market, clock: VirtualClock) -> Iterator[Desk]:
    engine = MatchingEngine(market, participation=1.0)
    funds = {"USDT": Decimal(10_000), "AAA": Decimal(50)}
    engine.open_account(KEY, SECRET, funds)
    yield Desk(market, clock, engine, RateLimits(clock))
    # Whatever a test did, the books must balance.
    assert engine.reconcile(engine.account(KEY)) == {}
