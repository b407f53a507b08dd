from __future__ import annotations

from types import SimpleNamespace

import pytest
from freqtrade.exceptions import OperationalException
from freqtrade.persistence import Trade
from freqtrade.plugins.pairlist.IPairList import SupportsBacktesting

from aurum_plugins.pairlists.AurumActiveFilter import AurumActiveFilter

MARKETS = {"BTC/USDT": {"active": True}, "OLD/USDT": {"active": False}, "ODD/USDT": {}}


def with_whitelist(*pairs: str) -> AurumActiveFilter:
    exchange = SimpleNamespace(markets=MARKETS, name="Binance")
    config = {"exchange": {"pair_whitelist": list(pairs)}}
    return AurumActiveFilter(exchange, None, config, {}, 1)


@pytest.fixture
def pairlist() -> AurumActiveFilter:
    return with_whitelist("BTC/USDT", "OLD/USDT", ".*/BTC")


def test_a_misspelt_pair_stops_freqtrade_and_is_named() -> None:
    sentence = r"exchange\.pair_whitelist: BCT/USDT, NOPE/USDT is not traded on Binance; correct"
    with pytest.raises(OperationalException, match=sentence):
        with_whitelist("BTC/USDT", "BCT/USDT", "NOPE/USDT")


def test_it_does_not_stop_a_bot_that_has_positions_to_look_after(monkeypatch, caplog) -> None:
    monkeypatch.setattr(Trade, "session", None, raising=False)
    monkeypatch.setattr(Trade, "get_open_trade_count", staticmethod(lambda: 1))
    assert with_whitelist("NOPE/USDT").filter_pairlist(["BTC/USDT"], {}) == ["BTC/USDT"]
    assert "NOPE/USDT is not traded on Binance" in caplog.text


def test_only_active_markets_are_kept_in_order(pairlist) -> None:
    asked = ["OLD/USDT", "BTC/USDT", "ODD/USDT", "GONE/USDT"]
    assert pairlist.filter_pairlist(asked, {}) == ["BTC/USDT"]
    assert asked == ["OLD/USDT", "BTC/USDT", "ODD/USDT", "GONE/USDT"]


def test_what_is_removed_is_said(pairlist, caplog) -> None:
    caplog.set_level("INFO")
    pairlist.filter_pairlist(["OLD/USDT", "BTC/USDT"], {})
    assert "AurumActiveFilter removed inactive markets: OLD/USDT" in caplog.text


def test_it_describes_itself_and_admits_its_bias(pairlist) -> None:
    assert "active" in pairlist.description()
    assert pairlist.short_desc().startswith("AurumActiveFilter - ")
    assert pairlist.supports_backtesting is SupportsBacktesting.BIASED
    assert not pairlist.is_pairlist_generator
