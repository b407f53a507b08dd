from __future__ import annotations

from types import SimpleNamespace

import pytest
from freqtrade.plugins.pairlist.IPairList import SupportsBacktesting

from aurum_plugins.pairlists.AurumActiveFilter import AurumActiveFilter

MARKETS = {"BTC/USDT": {"active": True}, "OLD/USDT": {"active": False}, "ODD/USDT": {}}


@pytest.fixture
def pairlist() -> AurumActiveFilter:
    return AurumActiveFilter(SimpleNamespace(markets=MARKETS), None, {}, {}, 1)


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
