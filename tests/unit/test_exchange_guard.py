"""What registration does to freqtrade's exchange class, on a stand-in for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from aurum_plugins import plugin
from aurum_plugins.execution.idempotent_orders import IdempotentOrders
from aurum_plugins.market_data import UnreadableAnswer

OPEN_MS = 1_700_000_040_000
KEY = ("BTC/USDT", "1m", "spot")


class FakeApi:
    id = "binance"

    def fetch(self, *_: Any) -> str:
        return "<html>"

    def create_order(self) -> None: ...

    def fetch_orders(self) -> None: ...

    def fetch_ohlcv(self) -> None: ...


class FakeExchange:
    """The two methods that are completed, as freqtrade calls them."""

    def __init__(self, *, dry_run: bool) -> None:
        self._config = {"dry_run": dry_run}
        dates = pd.to_datetime([OPEN_MS, OPEN_MS + 60_000], unit="ms", utc=True)
        self._klines = {KEY: pd.DataFrame({"date": dates})}
        self.processed: tuple[Any, ...] = ()

    def _init_ccxt(self, _config: Any, _sync: bool, _kwargs: Any) -> FakeApi:
        return FakeApi()

    def _process_ohlcv_df(self, *arguments: Any) -> str:
        self.processed = arguments
        return "candles"


@pytest.fixture
def guarded() -> type[FakeExchange]:
    exchange = type("Exchange", (FakeExchange,), dict(vars(FakeExchange)))
    plugin._guard_exchange(SimpleNamespace(Exchange=exchange))  # type: ignore[arg-type]
    return exchange


@pytest.mark.parametrize("sync", [True, False])
@pytest.mark.parametrize("dry_run", [True, False])
def test_each_api_refuses_unreadable_answers(guarded, sync: bool, dry_run: bool) -> None:
    api = guarded(dry_run=dry_run)._init_ccxt({}, sync, {})
    with pytest.raises(UnreadableAnswer):
        api.fetch("http://127.0.0.1")


def test_candles_are_checked_where_freqtrade_asks_for_them(guarded) -> None:
    exchange = guarded(dry_run=True)
    assert "fetch_ohlcv" in vars(exchange._init_ccxt({}, False, {}))
    assert "fetch_ohlcv" not in vars(exchange._init_ccxt({}, True, {}))


@pytest.mark.parametrize(
    ("sync", "dry_run", "is_guarded"),
    [(True, False, True), (True, True, False), (False, False, False)],
)
def test_live_orders_are_idempotent(guarded, sync: bool, dry_run: bool, is_guarded: bool) -> None:
    api = guarded(dry_run=dry_run)._init_ccxt({}, sync, {})
    owner = api.create_order.__self__
    assert isinstance(owner, IdempotentOrders if is_guarded else FakeApi)


def test_newer_candles_replace_the_ones_that_are_held(guarded) -> None:
    exchange = guarded(dry_run=True)
    ticks = [[OPEN_MS, 1.0, 1.0, 1.0, 1.0, 1.0]]
    assert exchange._process_ohlcv_df(*KEY, ticks, True, True, 5) == "candles"
    assert exchange.processed == (*KEY, ticks, True, True, 5)
    assert len(exchange._klines[KEY]) == 1


@pytest.mark.parametrize(("pair", "cache"), [("BTC/USDT", False), ("ETH/USDT", True)])
def test_other_candles_are_left_alone(guarded, pair: str, cache: bool) -> None:
    exchange = guarded(dry_run=True)
    ticks = [[OPEN_MS, 1.0, 1.0, 1.0, 1.0, 1.0]]
    exchange._process_ohlcv_df(pair, "1m", "spot", ticks, cache, True, 5)
    assert list(exchange._klines) == [KEY]
    assert len(exchange._klines[KEY]) == 2
