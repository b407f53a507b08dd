"""Fees of a bot's closed trades, from freqtrade's tables into the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from trade_rows import add_trade, trade_tables

from aurum_plugins.clock import WallClock
from aurum_plugins.database import Database, open_database
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.strategies.ledger_setup import fee_booking


def config(**ledger: Any) -> dict[str, Any]:
    return {
        "bot_name": "charged",
        "dry_run": True,
        "stake_currency": "USDT",
        "aurum": {"ledger": ledger},
    }


ON = config(enabled=True, base="profit", rate=0.1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(f"sqlite:///{tmp_path / 'aurum.sqlite'}") as database:
        yield database


def test_it_is_off_by_default(database) -> None:
    assert fee_booking(config(), database) is None


def test_a_setting_that_breaks_a_rule(database) -> None:
    with pytest.raises(ConfigurationError, match=r"aurum\.ledger\.rate"):
        fee_booking(config(enabled=True, base="profit"), database)


def test_each_closed_trade_is_charged_once(database, tmp_path, caplog) -> None:
    caplog.set_level("INFO")
    book = fee_booking(ON, database)
    assert book is not None
    with trade_tables(f"sqlite:///{tmp_path / 'trades.sqlite'}"):
        add_trade(5.0, hours_ago=3)
        add_trade(None)
        book()
        book()
        add_trade(2.0, hours_ago=1)
        book()
        book()
    ledger = FeeLedger(database, "charged (dry run)", LedgerSettings.from_config(ON), WallClock())
    amounts = [entry.amount for entry in ledger.entries() if entry.amount]
    assert amounts == [Decimal("0.5"), Decimal("0.2")]
    told = [message for message in caplog.messages if message.startswith("Ledger:")]
    assert len(told) == len(ledger.entries())
    assert "accrual of 0.5" in told[0]
    assert "USDT for BTC/USDT#1@" in told[0]
