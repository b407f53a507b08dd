"""From freqtrade's own loading of a configuration to a kept start, and back to it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from freqtrade.configuration import Configuration
from freqtrade.enums import RunMode, State
from strategy_provider import Provider, Wallets
from trade_rows import NOW, trade_tables
from typer.testing import CliRunner

from aurum_plugins.clock import VirtualClock, WallClock
from aurum_plugins.commands.starts import app
from aurum_plugins.process_wide import ProcessWide
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.signals import Decided
from aurum_plugins.starts.kept_starts import KeptStarts
from aurum_plugins.starts.probation import LEAST_MS, LOOPS_IN_A_ROW
from aurum_plugins.strategies import DecidingStrategy, bot_reporting
from aurum_plugins.strategies.bot_reporting import BotReporting

PAIR = "BTC/USDT"
ROWS = 48
CONFIG = """{
    // Read by freqtrade itself.
    "bot_name": "Mine",
    "dry_run": true,
    "stake_currency": "USDT",
    "max_open_trades": 3,
    "timeframe": "1h",
    "exchange": {"name": "binance", "key": "the-first-key",},
    "add_config_files": ["more/risk.json"],
}
"""
RISK = '{"aurum": {"risk": {"risk_per_trade": 0.005}}}'


class Decides(DecidingStrategy):
    timeframe = "1h"
    stop_multiple = 2.0

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    populate_entry_trend = populate_exit_trend = populate_indicators


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("AURUM_DATABASE_URL", "FREQTRADE__MAX_OPEN_TRADES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(bot_reporting, "_pulses", ProcessWide())
    monkeypatch.setattr(bot_reporting, "_books", ProcessWide())
    monkeypatch.setattr(bot_reporting.Pulse, "start", lambda _: None)
    monkeypatch.setattr(bot_reporting.Bookkeeping, "start", lambda _: None)
    for name, text in {"config.json": CONFIG, "more/risk.json": RISK}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (tmp_path / "user_data").mkdir()
    return tmp_path


def load() -> dict[str, Any]:
    arguments = {"command": "trade", "config": ["config.json"], "strategy": "Decides"}
    return Configuration(arguments, RunMode.DRY_RUN).get_config()


def settings(config: dict[str, Any]) -> tuple[Any, ...]:
    return config["max_open_trades"], config.get("aurum"), config["exchange"]["key"]


def run_a_bot(config: dict[str, Any], clock: VirtualClock, *, fails_at: int | None = None) -> None:
    """As many loops as prove a start good, or one of them fails."""
    strategy = Decides(config)
    dates = pd.date_range(NOW - pd.Timedelta(hours=ROWS), periods=ROWS, freq="1h")
    candles = pd.DataFrame({"date": dates, "close": 100.0})
    strategy.dp = Provider(candles, RunMode.DRY_RUN, (PAIR,))
    strategy.wallets = Wallets()
    figures = ("close", "average_range", "annual_volatility_share")
    held = np.full(ROWS, int(Action.HOLD)), np.full(ROWS, int(Reason.NO_BREAKOUT))
    strategy.remember(PAIR, candles, Decided(*held, {name: np.ones(ROWS) for name in figures}))
    strategy.aurum_reporting = reporting = BotReporting(strategy, clock)
    bot = SimpleNamespace(state=State.RUNNING)
    strategy.bot_start()
    reporting.begin(bot)
    for number in range(LOOPS_IN_A_ROW):
        clock.advance(LEAST_MS // LOOPS_IN_A_ROW)
        pairs = [PAIR] if number != fails_at else None
        with suppress(TypeError), reporting.loop():
            strategy._write_down(pairs)
    reporting.end(bot)


def test_a_bot_goes_back_to_the_configuration_that_it_ran_well_with(folder, monkeypatch) -> None:
    clock = VirtualClock(round(NOW.timestamp() * 1_000))
    monkeypatch.setattr(WallClock, "now_ms", lambda _: clock.now_ms())
    starts = KeptStarts(folder / "user_data", clock)
    with trade_tables(f"sqlite:///{folder / 'trades.sqlite'}"):
        config = load()
        good = settings(config)
        run_a_bot(config, clock)
        # Another day, another configuration; this one fails now and then.
        changed = CONFIG.replace(": 3", ": 9").replace("first", "second")
        (folder / "config.json").write_text(changed)
        (folder / "more" / "risk.json").write_text("{}")
        config = load()
        assert settings(config) != good
        run_a_bot(config, clock, fails_at=3)
    kept, damaged = starts.all()
    assert [start.id.partition("_")[2] for start in kept] == ["mine-dry-run"]
    assert damaged == []
    shown = CliRunner().invoke(app, ["restore", "--yes"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.exception
    assert '-    "max_open_trades": 9,' in shown.stdout
    assert "the-first-key" not in shown.stdout
    assert "the-second-key" not in shown.stdout
    assert settings(load()) == good
    assert (folder / "config.json").read_text() == CONFIG
