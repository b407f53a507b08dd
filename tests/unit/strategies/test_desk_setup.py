"""What a bot takes over from an earlier one of its name."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from closed_trades import closed, kept_in_database
from feed_venues import ToldVenue, told_feed
from told_quotes import quote

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.clock import VirtualClock, WallClock
from aurum_plugins.database import database_url, open_database
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.execution.backtest_journal import BacktestJournal
from aurum_plugins.market_data.venue_feed import VenueFeed
from aurum_plugins.market_data.venue_settings import VenueSettings
from aurum_plugins.risk.account import Account
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.strategies import desk_setup
from aurum_plugins.strategies.desk_setup import desk_of_backtest, desk_of_bot
from aurum_plugins.strategies.freqtrade_host import FreqtradeHost
from aurum_plugins.trading.decided_candles import DecidedCandles
from aurum_plugins.trading.risk_states import RiskStates

HOUR_MS = 3_600_000


def strategy(folder: Any, *, dry_run: bool) -> Any:
    return SimpleNamespace(
        config={"user_data_dir": folder, "dry_run": dry_run, "bot_name": "under test"},
        timeframe="1h",
        candle_ms=HOUR_MS,
        stoploss=-0.35,
        get_strategy_name=lambda: "Decides",
    )


def states(of: Any) -> RiskStates:
    database = open_database(database_url(of.config, {}))
    return RiskStates(database, bot_identity(of.config), VirtualClock(1))


class TestVenues:
    """Whether a bot's desk asks other venues."""

    SOURCES: ClassVar[dict[str, Any]] = {"sources": {"binance": {}, "kraken": {}}}

    @pytest.fixture
    def asked(self, monkeypatch) -> list[Any]:
        monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
        asked: list[Any] = []
        clock = VirtualClock(1_700_000_000_000)

        def shared(settings: VenueSettings) -> VenueFeed:
            asked.append(settings)
            self.feed = told_feed([ToldVenue(name, clock) for name in settings.sources], clock)
            return self.feed

        monkeypatch.setattr(desk_setup, "shared_feed", shared)
        return asked

    @staticmethod
    def desk(folder: Any, **venues: Any) -> tuple[Any, Any]:
        bot = strategy(folder, dry_run=False)
        bot.config |= {"exchange": {"name": "binance"}, "aurum": {"venues": venues}}
        host = FreqtradeHost(bot)
        with kept_in_database([]):
            return desk_of_bot(bot, host, DecidedCandles(HOUR_MS)), host

    @pytest.mark.parametrize("venues", [{}, {**SOURCES, "enabled": False}])
    def test_where_none_are_named_or_wanted_none_is_asked(
        self, tmp_path, asked, caplog, venues
    ) -> None:
        with caplog.at_level(logging.INFO):
            _, host = self.desk(tmp_path, **venues)
        assert asked == []
        assert host.elsewhere is None
        assert "Prices are not checked against other venues: see aurum.venues." in caplog.messages

    def test_the_process_s_feed_is_asked_and_the_host_has_its_price(self, tmp_path, asked) -> None:
        desk, host = self.desk(tmp_path, **self.SOURCES)
        (settings,) = asked
        assert list(settings.sources) == ["binance", "kraken"]
        assert host.elsewhere("BTC/USDT") is None
        now_ms = WallClock().now_ms()
        for venue in ("binance", "kraken"):
            self.feed.board.put(venue, [quote(venue, 100.0, at_ms=now_ms)], ["BTC/USDT"])
        assert host.elsewhere("BTC/USDT") == 100.0
        desk.decide(now_ms, ["ETH/USDT"])
        assert "ETH/USDT" in self.feed.board.pairs

    def test_settings_that_break_a_rule_end_the_start(self, tmp_path, asked) -> None:
        with pytest.raises(ConfigurationError, match="at least quorum"):
            self.desk(tmp_path, sources={"kraken": {}})

    def test_a_backtest_asks_nobody(self, asked, tmp_path) -> None:
        bot = strategy(tmp_path, dry_run=True)
        bot.config |= {"aurum": {"venues": self.SOURCES}}
        journal = BacktestJournal("1h", "Decides", VirtualClock(1))
        desk_of_backtest(bot, SimpleNamespace(), DecidedCandles(HOUR_MS), journal)
        assert asked == []


@pytest.mark.parametrize(
    ("dry_run", "traded", "peak"), [(True, False, 0.0), (True, True, 9.0), (False, False, 9.0)]
)
def test_only_a_dry_run_without_trades_starts_its_limits_anew(
    tmp_path, monkeypatch, dry_run, traded, peak
) -> None:
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    bot = strategy(tmp_path, dry_run=dry_run)
    states(bot).save(RiskState(peak=9.0), Account(5.0), 0.4)
    with kept_in_database([closed(60, -0.1)] if traded else []):
        desk_of_bot(bot, SimpleNamespace(), DecidedCandles(HOUR_MS))
    kept = states(bot).load()
    assert kept is not None
    assert kept.peak == peak
