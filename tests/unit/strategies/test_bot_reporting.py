"""What a bot tells of itself from its loop, and that nothing of it reaches trading."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from freqtrade.enums import RunMode, State
from strategy_provider import Provider, Wallets
from trade_rows import NOW, add_trade, trade_tables

from aurum_plugins.clock import DAY_MS, HOUR_MS, VirtualClock, WallClock
from aurum_plugins.database import open_database
from aurum_plugins.monitoring.report_store import ReportStore
from aurum_plugins.monitoring.reports import (
    AccountReport,
    CandleReport,
    LoopReport,
    ModelReport,
    PairCandles,
    TradeReport,
)
from aurum_plugins.process_wide import ProcessWide
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.signals import Decided
from aurum_plugins.strategies import DecidingStrategy
from aurum_plugins.strategies import bot_reporting as module
from aurum_plugins.strategies.bot_reporting import BotReporting

PAIR = "BTC/USDT"
ROWS = 48
BOT = "under test (dry run)"
NOW_MS = round(NOW.timestamp() * 1_000)


class Decides(DecidingStrategy):
    timeframe = "1h"
    stop_multiple = 2.0

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    populate_entry_trend = populate_exit_trend = populate_indicators


def candles() -> pd.DataFrame:
    dates = pd.date_range(NOW - timedelta(hours=ROWS), periods=ROWS, freq="1h")
    return pd.DataFrame({"date": dates, "close": 100.0})


def strategy(folder: Path, runmode: RunMode = RunMode.DRY_RUN, **aurum: Any) -> Decides:
    built = Decides(
        {
            "stake_currency": "USDT",
            "max_open_trades": 3,
            "dry_run": True,
            "user_data_dir": folder,
            "bot_name": "under test",
            "timeframe": "1h",
            "exchange": {"name": "binance"},
            "aurum": aurum,
        }
    )
    built.dp = Provider(candles(), runmode, (PAIR,))
    built.wallets = Wallets()
    figures = ("close", "average_range", "annual_volatility_share")
    held = np.full(ROWS, int(Action.HOLD)), np.full(ROWS, int(Reason.NO_BREAKOUT))
    built.remember(PAIR, candles(), Decided(*held, {name: np.ones(ROWS) for name in figures}))
    return built


class Books:
    """In place of the thread that looks after closed trades."""

    def __init__(self, tasks: Any) -> None:
        self.tasks = tasks
        self.woken = 0

    def start(self) -> None:
        pass

    def stop(self, seconds: float = 0.0) -> bool:
        return True

    def wake(self) -> None:
        self.woken += 1


class World:
    """A bot that is set up, and what another process reads of it; no thread is at work."""

    def __init__(self, folder: Path, **aurum: Any) -> None:
        self.strategy = strategy(folder, **aurum)
        self.clock = VirtualClock(NOW_MS + 1_000)
        self.reporting = BotReporting(self.strategy, self.clock)
        self.strategy.aurum_reporting = self.reporting
        self.bot = SimpleNamespace(state=State.RUNNING)
        self.database = open_database(f"sqlite:///{folder / 'aurum.sqlite'}")

    def begin(self) -> None:
        self.strategy.bot_start()
        self.reporting.begin(self.bot)

    def beat(self) -> None:
        assert self.reporting._pulse.beat()

    def read(self, kind: Any) -> Any:
        found = ReportStore(self.database).read(BOT, kind)
        return None if found is None else found.report

    def loop(self) -> None:
        with self.reporting.loop():
            self.strategy.bot_loop_start(self.now)
            self.strategy._write_down([PAIR])
        self.clock.advance(5_000)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now_ms() / 1_000, UTC)


@pytest.fixture
def world(tmp_path, monkeypatch) -> Iterator[World]:
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    monkeypatch.setattr(module, "_pulses", ProcessWide())
    monkeypatch.setattr(module, "_books", ProcessWide())
    monkeypatch.setattr(module, "Bookkeeping", Books)
    # The test beats.
    monkeypatch.setattr(module.Pulse, "start", lambda _: None)
    made = World(tmp_path)
    monkeypatch.setattr(WallClock, "now_ms", lambda _: made.clock.now_ms())
    with trade_tables(f"sqlite:///{tmp_path / 'trades.sqlite'}"):
        yield made
    made.database.close()


class TestReports:
    def test_a_loop_is_told_with_account_and_candles(self, world) -> None:
        world.begin()
        world.beat()
        first = world.read(LoopReport)
        assert (first.state, first.strategy, first.loops) == ("running", "Decides", 0)
        assert first.started_ms == NOW_MS + 1_000
        assert world.read(AccountReport) is None
        add_trade(None, stop_loss=90.0, open_rate=100.0, pair=PAIR)
        world.strategy.host.prices[PAIR] = 110.0
        world.loop()
        world.beat()
        assert world.read(LoopReport).loops == 1
        account = world.read(AccountReport)
        assert (account.refusal, account.free_slots) == ("", 2)
        assert [held.pair for held in account.positions] == [PAIR]
        assert account.positions[0].trade_id == 1
        assert account.equity == pytest.approx(account.cash + 110.0)
        newest = PairCandles(pair=PAIR, newest_ms=NOW_MS - HOUR_MS)
        assert world.read(CandleReport) == CandleReport(interval_ms=HOUR_MS, pairs=(newest,))
        assert world.read(ModelReport) is None

    def test_a_newest_candle_that_has_not_closed_leaves_the_one_before(self, world) -> None:
        world.begin()
        world.reporting.analysed({PAIR: 5, "B/USDT": None})
        world.reporting.analysed({PAIR: None, "B/USDT": 6})
        world.beat()
        pairs = world.read(CandleReport).pairs
        assert [(one.pair, one.newest_ms) for one in pairs] == [(PAIR, 5), ("B/USDT", 6)]

    def test_a_loop_that_fails_is_counted_and_its_error_goes_on(self, world) -> None:
        world.begin()
        with pytest.raises(KeyError), world.reporting.loop():
            raise KeyError
        world.beat()
        assert (world.read(LoopReport).loops, world.read(LoopReport).failures) == (1, 1)

    def test_models_are_told_of(self, world) -> None:
        world.strategy.config["freqai"] = {"enabled": True, "identifier": "mine"}
        world.begin()
        world.loop()
        world.beat()
        assert world.read(ModelReport).identifier == "mine"

    def test_a_backtest_reports_nothing(self, world) -> None:
        world.strategy.dp.runmode = RunMode.BACKTEST
        world.reporting.begin(world.bot)
        world.reporting.stock_taken(1, None)
        world.reporting.analysed({})
        with world.reporting.loop():
            pass
        world.reporting.end(world.bot)
        assert world.reporting._pulse is None
        assert module._pulses.keys == ()


class TestClosedTrades:
    def test_they_are_summed_up_when_one_closed_and_when_a_day_began(self, world) -> None:
        world.begin()
        books = world.reporting._books
        assert list(books.tasks) == ["Summing up closed trades"]
        world.loop()
        assert books.woken == 1
        world.loop()
        assert books.woken == 1
        add_trade(3.0, hours_ago=0)
        world.loop()
        assert books.woken == 2
        world.loop()
        assert books.woken == 2
        world.clock.advance(DAY_MS // 2)
        world.loop()
        assert books.woken == 3
        books.tasks["Summing up closed trades"]()
        world.beat()
        report = world.read(TradeReport)
        assert (report.closed, report.profit, report.closed_today) == (1, 3.0, 0)

    def test_fees_are_booked_where_the_ledger_is_on(self, world) -> None:
        ledger = {"enabled": True, "base": "notional", "rate": 0.025}
        world.strategy.config["aurum"]["ledger"] = ledger
        world.begin()
        assert list(world.reporting._books.tasks) == ["Summing up closed trades", "Booking fees"]


class TestLife:
    def test_the_end_is_told(self, world, monkeypatch) -> None:
        world.begin()
        pulse = world.reporting._pulse
        monkeypatch.setattr(pulse, "stop", lambda _: pulse.beat(last=True))
        world.reporting.end(world.bot)
        assert world.read(LoopReport).state == "exited"
        assert module._pulses.keys == module._books.keys == ()

    def test_a_configuration_loaded_again_keeps_the_pulse(self, world) -> None:
        world.begin()
        pulse, started = world.reporting._pulse, world.clock.now_ms()
        world.bot.state = State.RELOAD_CONFIG
        world.reporting.end(world.bot)
        assert module._books.keys == ()
        world.clock.advance(9_000)
        world.reporting = BotReporting(world.strategy, world.clock)
        world.reporting.begin(SimpleNamespace(state=State.STOPPED))
        assert world.reporting._pulse is pulse
        world.beat()
        assert world.read(LoopReport).state == "stopped"
        assert world.read(LoopReport).started_ms == started


class TestFaults:
    def test_one_that_lasts_is_logged_once_and_trading_goes_on(self, world, caplog) -> None:
        world.begin()
        world.strategy.host.trades = [object()]
        stock = world.strategy.desk().stock
        for _ in range(3):
            world.reporting.stock_taken(NOW_MS, stock)
        assert world.reporting.failed == {"stock_taken"}
        told = [one for one in caplog.messages if "cannot report on itself" in one]
        assert told == ["The bot cannot report on itself (stock_taken)."]
        world.strategy.host.trades = []
        world.reporting.stock_taken(NOW_MS, stock)
        assert world.reporting.failed == set()

    def test_a_database_that_is_not_there_stops_no_bot(self, world, monkeypatch, caplog) -> None:
        monkeypatch.setenv("AURUM_DATABASE_URL", "sqlite:////no/such/folder/a.sqlite")
        world.reporting.begin(world.bot)
        assert world.reporting.failed == {"begin"}
        with world.reporting.loop():
            pass
        world.reporting.end(world.bot)
        assert "cannot report on itself (begin)" in caplog.text
