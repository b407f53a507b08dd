from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from freqtrade.persistence import Trade

from aurum_plugins.protections.AurumCooldown import AurumCooldown

NOW = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)


@pytest.fixture
def closed(monkeypatch) -> list[SimpleNamespace]:
    """Trades that freqtrade's database would return."""
    trades: list[SimpleNamespace] = []

    def get_trades_proxy(*, pair, is_open, close_date):
        assert not is_open
        return [t for t in trades if t.pair == pair and t.close_date > close_date]

    monkeypatch.setattr(Trade, "get_trades_proxy", staticmethod(get_trades_proxy))
    return trades


def cooldown(**settings: object) -> AurumCooldown:
    return AurumCooldown({"timeframe": "1h"}, {"method": "AurumCooldown", **settings})


def trade(minutes_ago: int, pair: str = "BTC/USDT") -> SimpleNamespace:
    at = NOW - timedelta(minutes=minutes_ago)
    return SimpleNamespace(pair=pair, close_date=at, close_date_utc=at)


def test_a_pair_rests_after_its_last_trade(closed) -> None:
    closed.extend([trade(100), trade(20), trade(1, "ETH/USDT")])
    verdict = cooldown(stop_duration_candles=2).stop_per_pair("BTC/USDT", NOW, "long", 0.0)
    assert verdict.lock
    assert verdict.until == NOW - timedelta(minutes=20) + timedelta(hours=2)
    assert verdict.reason == "resting after a trade for 2 candles"


def test_dates_with_and_without_a_zone_can_be_mixed(monkeypatch) -> None:
    found = [trade(30), trade(10)]
    found[0].close_date = found[0].close_date.replace(tzinfo=None)
    monkeypatch.setattr(Trade, "get_trades_proxy", staticmethod(lambda **_: found))
    protection = cooldown(stop_duration_candles=2)
    verdict = protection.stop_per_pair("BTC/USDT", NOW, "long", 0.0)
    assert verdict.until == NOW - timedelta(minutes=10) + timedelta(hours=2)


def test_a_rested_pair_is_free(closed) -> None:
    closed.append(trade(121))
    assert cooldown(stop_duration_candles=2).stop_per_pair("BTC/USDT", NOW, "long", 0.0) is None


def test_it_can_rest_until_an_hour_of_the_day(closed) -> None:
    closed.append(trade(600))
    verdict = cooldown(unlock_at="18:00").stop_per_pair("BTC/USDT", NOW, "long", 0.0)
    assert verdict.until == datetime(2026, 1, 1, 18, 0, tzinfo=UTC)


def test_it_never_stops_every_pair(closed) -> None:
    closed.append(trade(1))
    protection = cooldown(stop_duration_candles=2)
    assert protection.global_stop(NOW, "long", 0.0) is None
    assert protection.has_local_stop
    assert not protection.has_global_stop
    assert protection.short_desc() == "AurumCooldown - Rest after a trade for 2 candles."
