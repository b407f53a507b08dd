"""What a bot takes over from an earlier one of its name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from closed_trades import closed, kept_in_database

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.clock import VirtualClock
from aurum_plugins.database import database_url, open_database
from aurum_plugins.risk.account import Account
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.strategies.desk_setup import desk_of_bot
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
