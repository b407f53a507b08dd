"""What registration does to freqtrade's exchange class, on a stand-in for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from freqtrade.exceptions import OperationalException
from freqtrade.persistence import Order, init_db

from aurum_plugins import plugin
from aurum_plugins.execution.idempotent_orders import IdempotentOrders
from aurum_plugins.market_data.answers import UnreadableAnswer

OPEN_MS = 1_700_000_040_000
KEY = ("BTC/USDT", "1m", "spot")


class FakeApi:
    id = "binance"

    def fetch(self, *_: Any) -> str:
        return "<html>"

    def fetch2(self) -> None: ...

    def create_order(self) -> None: ...

    def fetch_orders(self) -> None: ...

    def fetch_ohlcv(self) -> None: ...


class FakeExchange:
    """The two methods that are completed, as freqtrade calls them."""

    def __init__(self, *, dry_run: bool, folder: Path, **config: Any) -> None:
        self._config = {"dry_run": dry_run, "user_data_dir": folder, **config}
        dates = pd.to_datetime([OPEN_MS, OPEN_MS + 60_000], unit="ms", utc=True)
        self._klines = {KEY: pd.DataFrame({"date": dates})}
        self.processed: tuple[Any, ...] = ()

    def _init_ccxt(self, _config: Any, _sync: bool, _kwargs: Any) -> FakeApi:
        return FakeApi()

    def _process_ohlcv_df(self, *arguments: Any) -> str:
        self.processed = arguments
        return "candles"


@pytest.fixture
def guarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeExchange]:
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    exchange = type("Exchange", (FakeExchange,), dict(vars(FakeExchange)))
    plugin._guard_exchange(SimpleNamespace(Exchange=exchange))  # type: ignore[arg-type]
    return lambda **terms: exchange(folder=tmp_path, **terms)


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
    # The clock matters to signed requests alone.
    assert ("fetch2" in vars(api)) == is_guarded


def test_live_orders_are_written_down_in_the_database_of_the_configuration(
    guarded, tmp_path: Path
) -> None:
    exchange = guarded(dry_run=False)
    api = exchange._init_ccxt({}, True, {})
    assert exchange.aurum_orders is api.create_order.__self__
    assert (tmp_path / "aurum.sqlite").is_file()


def test_a_dry_run_opens_no_database(guarded, tmp_path: Path) -> None:
    guarded(dry_run=True)._init_ccxt({}, True, {})
    assert list(tmp_path.iterdir()) == []


def test_an_exchange_that_is_not_supported_is_left_alone(
    guarded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeApi, "id", "unheardof")
    exchange = guarded(dry_run=False)
    exchange._init_ccxt({}, True, {})
    assert exchange.aurum_orders is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite://", "it is in memory and would end with the process"),
        ("sqlite:////nowhere/at/all.sqlite", "nowhere/at/all.sqlite"),
        ("mysql://host/name", "aurum.database.url"),
    ],
)
def test_without_a_database_nothing_starts(guarded, url: str, reason: str) -> None:
    exchange = guarded(dry_run=False, aurum={"database": {"url": url}})
    with pytest.raises(OperationalException, match="Live orders must be written down") as caught:
        exchange._init_ccxt({}, True, {})
    assert reason in str(caught.value)


def test_an_order_is_booked_once_freqtrade_has_committed_it(tmp_path: Path) -> None:
    init_db(f"sqlite:///{tmp_path / 'trades.sqlite'}")
    order = {"id": "77", "status": "open", "filled": 0.0, "amount": 1.0, "price": 100.0}
    booked = Order.parse_from_ccxt_object(order, "BTC/USDT", "buy")
    booked.ft_trade_id = 1
    Order.session.add(booked)
    Order.session.flush()
    assert not plugin._is_booked("BTC/USDT", "77")
    Order.session.commit()
    assert plugin._is_booked("BTC/USDT", "77")
    assert not plugin._is_booked("ETH/USDT", "77")


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
