"""What /models and /fees are answered with."""

from __future__ import annotations

from decimal import Decimal

import pytest
from decisions import HOUR_MS, START_MS
from registry_models import facts

from aurum_plugins.clock import VirtualClock
from aurum_plugins.forecasting.registry import ModelRegistry
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.settings import FeeBase, LedgerSettings
from aurum_plugins.ledger.settled_trade import SettledTrade
from aurum_plugins.monitoring.report_store import Reported, ReportStore
from aurum_plugins.monitoring.reports import (
    ModelReport,
    PairModel,
    TradeReport,
)

NOW_MS = START_MS + 30 * HOUR_MS
BOT = "freqtrade (dry run)"


def test_models_that_are_not_asked(ask) -> None:
    assert ask("models") == "This bot asks no model: FreqAI is off."
    assert ask("models", config={"freqai": {"enabled": True}}) == "No model was asked yet."


def test_models_in_figures(ask, database, tmp_path) -> None:
    registry = ModelRegistry(tmp_path / "registry", VirtualClock(NOW_MS - 2 * HOUR_MS))
    metrics = {"&up": {"accuracy": 0.531, "base_rate_accuracy": 0.51, "auc": None}}
    version = registry.add("BTC/USDT", {"a": 1}, facts(metrics=metrics))
    registry.promote("BTC/USDT", version.id, "the <first>")
    report = ModelReport(
        model="AurumEnsemble",
        identifier="<id>",
        folder=str(tmp_path / "registry"),
        pairs=(
            PairModel(pair="BTC/USDT", predicted_ms=NOW_MS - 60_000, rows_refused=3, not_finite=1),
            PairModel(pair="ETH/USDT", fault="no <rows>"),
        ),
    )
    ReportStore(database).write(BOT, [Reported(NOW_MS, report)])
    answer = ask("models", config={"freqai": {"enabled": True}})
    for said in (
        "AurumEnsemble, <id>",
        f"BTC/USDT\n{version.id}, 2 h old",
        "&up: accuracy 0.531, base_rate_accuracy 0.510, auc not known",
        "promoted 2 h ago: the <first>",
        "asked 60 s ago, 3 rows refused",
        "Defect: 1 values",
        "ETH/USDT\nno version serves\nnot asked yet, 0 rows refused\nFault: no <rows>",
    ):
        assert said in answer, answer


@pytest.mark.parametrize(
    ("folder", "said"), [("", "It keeps no registry"), ("/nowhere/at/all", "cannot be read")]
)
def test_models_without_a_registry(ask, database, folder, said) -> None:
    report = ModelReport(model="M", identifier="i", folder=folder)
    ReportStore(database).write(BOT, [Reported(NOW_MS, report)])
    answer = ask("models", config={"freqai": {"enabled": True}})
    assert said in answer
    assert "No pair has a model yet." in answer


def test_fees(ask, database) -> None:
    settings = LedgerSettings(enabled=True, base=FeeBase.NOTIONAL, rate=Decimal("0.025"))
    ledger = FeeLedger(database, BOT, settings, VirtualClock(NOW_MS))
    trade = SettledTrade(
        *(1, "BTC/USDT", "USDT", START_MS, NOW_MS, Decimal(100), Decimal(-3), "order")
    )
    ledger.settle([trade])
    told = TradeReport(closed=1, paid_in_fees=0.2)
    ReportStore(database).write(BOT, [Reported(NOW_MS, told)])
    section = {"ledger": {"enabled": True, "base": "notional", "rate": 0.025}}
    assert ask("fees", aurum=section).split("\n") == [
        "Fees",
        "No funds are moved, ever: this is bookkeeping.",
        "2.5 % of the notional of closed trades",
        "USDT, 1 trade charged",
        "accrued 2.50",
        "invoiced 0.00",
        "collected 0.00",
        "The exchange's own fees: 0.2000 USDT in 1 trades",
        "(as of 16:00:00 UTC, 0 s ago)",
    ]


def test_fees_that_are_off_and_costs_that_are_not_known(ask, database) -> None:
    answer = ask("fees")
    assert "The ledger is off" in answer
    assert "Nothing was charged yet." in answer
    assert "not known yet" in answer
    ReportStore(database).write(BOT, [Reported(NOW_MS, TradeReport(closed=1))])
    assert "another currency was charged" in ask("fees")
