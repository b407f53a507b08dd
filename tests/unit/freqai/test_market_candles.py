"""Candles of the market pairs: FreqAI's own history first, freqtrade's provider otherwise."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pandas as pd

from aurum_plugins.freqai.market_candles import market_candles


def candles(close: float) -> pd.DataFrame:
    return pd.DataFrame({"date": pd.to_datetime(["2024-01-01"], utc=True), "close": [close]})


class Guarded(dict[str, dict[str, pd.DataFrame]]):
    """A history that may be read only by who holds its lock."""

    def __init__(self, lock: threading.Lock, content: dict[str, dict[str, pd.DataFrame]]) -> None:
        super().__init__(content)
        self.lock = lock

    def get(self, *arguments: object) -> object:
        assert self.lock.locked()
        return super().get(*arguments)

    def __getitem__(self, pair: str) -> dict[str, pd.DataFrame]:
        assert self.lock.locked()
        return super().__getitem__(pair)


class Provider:
    """freqtrade's data provider, which must not be waited for with the lock in hand."""

    def __init__(self, lock: threading.Lock) -> None:
        self.lock = lock
        self.asked: list[tuple[str, str]] = []

    def get_pair_dataframe(self, pair: str, timeframe: str) -> pd.DataFrame:
        assert not self.lock.locked()
        self.asked.append((pair, timeframe))
        return pd.DataFrame() if pair == "NEW/USDT" else candles(1.0)


def freqai(**history: dict[str, pd.DataFrame]) -> tuple[Provider, SimpleNamespace]:
    """A provider and a model that keeps the history of pairs, named without their quote."""
    lock = threading.Lock()
    kept = Guarded(lock, {f"{base}/USDT": frames for base, frames in history.items()})
    drawer = SimpleNamespace(history_lock=lock, historic_data=kept)
    return Provider(lock), SimpleNamespace(dd=drawer)


def test_the_kept_history_is_preferred() -> None:
    provider, model = freqai(BTC={"1h": candles(2.0), "4h": candles(3.0)})
    got = market_candles(provider, model, ["BTC/USDT"], "1h", 1_000)
    pd.testing.assert_frame_equal(got["BTC/USDT"], candles(2.0))
    assert provider.asked == []


def test_the_kept_history_is_copied() -> None:
    provider, model = freqai(BTC={"1h": candles(2.0)})
    got = market_candles(provider, model, ["BTC/USDT"], "1h", 1_000)["BTC/USDT"]
    got["close"] = 9.0
    got.loc[0, "close"] = 8.0
    again = market_candles(provider, model, ["BTC/USDT"], "1h", 1_000)["BTC/USDT"]
    pd.testing.assert_frame_equal(again, candles(2.0))


def test_the_provider_is_asked_for_what_is_not_kept() -> None:
    provider, model = freqai(BTC={"4h": candles(3.0)})
    got = market_candles(provider, model, ["BTC/USDT", "ETH/USDT"], "1h", 1_000)
    assert provider.asked == [("BTC/USDT", "1h"), ("ETH/USDT", "1h")]
    pd.testing.assert_frame_equal(got["BTC/USDT"], candles(1.0))
    pd.testing.assert_frame_equal(got["ETH/USDT"], candles(1.0))


def test_a_pair_that_freqtrade_has_nothing_of_is_empty() -> None:
    provider, model = freqai()
    got = market_candles(provider, model, ["NEW/USDT"], "1h", 1_000)
    assert list(got) == ["NEW/USDT"]
    assert got["NEW/USDT"].empty


def test_the_order_of_the_pairs_is_kept() -> None:
    provider, model = freqai(ETH={"1h": candles(2.0)}, BTC={"1h": candles(3.0)})
    pairs = ("SOL/USDT", "BTC/USDT", "NEW/USDT", "ETH/USDT")
    assert tuple(market_candles(provider, model, pairs, "1h", 1_000)) == pairs
    assert tuple(market_candles(provider, model, pairs[::-1], "1h", 1_000)) == pairs[::-1]


def test_the_lock_is_free_afterwards() -> None:
    provider, model = freqai(BTC={"1h": candles(2.0)})
    market_candles(provider, model, ["BTC/USDT", "ETH/USDT"], "1h", 1_000)
    assert not model.dd.history_lock.locked()


def test_no_pairs_ask_nothing() -> None:
    provider, model = freqai(BTC={"1h": candles(2.0)})
    assert market_candles(provider, model, (), "1h", 1_000) == {}
    assert provider.asked == []


def test_of_a_long_history_only_the_latest_candles_are_taken() -> None:
    provider, model = freqai(BTC={"1h": candles(2.0)})
    got = market_candles(provider, model, ["BTC/USDT"], "1h", 2)["BTC/USDT"]
    pd.testing.assert_frame_equal(got, candles(2.0).iloc[-2:])
