"""The fee ledger with freqtrade itself: in a backtest, and in a live bot that pays fees in BNB."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from forced_trader import ForcedTrader
from freqtrade.data.btanalysis import get_latest_backtest_filename, load_backtest_stats
from freqtrade_process import ROOT, FreqtradeProcess, run_freqtrade, wait_for
from typer.testing import CliRunner
from wide_limits import WIDE_CHECKS, WIDE_RISK

from aurum_plugins.commands import ledger as command
from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.ledger.money_words import money
from aurum_plugins.sandbox import SandboxConfig, SandboxServer
from aurum_plugins.sandbox.config import AccountConfig

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(600)]

PAIRS = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
KEY, SECRET = "ledger-test", "a-secret-of-the-sandbox"
LEDGER = {"enabled": True, "base": "notional", "rate": 0.025}


def backtest(folder: Path) -> tuple[str, dict[str, Any]]:
    """What freqtrade printed, and the result that it exported."""
    overlay = folder / "ledger.json"
    overlay.write_text(json.dumps({"aurum": {"ledger": LEDGER}}))
    results = folder / "backtest_results"
    with SandboxServer(SandboxConfig(port=0)) as server:
        environment = {**freqtrade_environment(server.url), "COLUMNS": "200"}
        config = ("--config", str(ROOT / "configs" / "backtest.json"), "--config", str(overlay))
        data = ("--datadir", str(folder / "candles"), "--pairs", *PAIRS)
        run_freqtrade("download-data", *config, *data, "--days", "15", "-t", "1h", **environment)
        printed = run_freqtrade(
            "backtesting",
            *(*config, *data, "--userdir", str(folder)),
            *("--strategy", "ProtectedStrategy", "--strategy-path", str(ROOT / "tests/support")),
            *("--fee", "0.001", "--cache", "none", "--export", "trades"),
            **environment,
        )
    stats = load_backtest_stats(results / get_latest_backtest_filename(results))
    return printed, stats["strategy"]["ProtectedStrategy"]


def test_a_backtest_is_shown_with_and_without_the_fee(tmp_path: Path) -> None:
    printed, result = backtest(tmp_path)
    trades = result["trades"]
    assert len(trades) >= 10
    # What freqtrade calls a stake is the worth of the entries.
    fee = 0.025 * sum(trade["stake_amount"] for trade in trades)
    gross, balance = result["profit_total_abs"], result["starting_balance"]
    lines = [" ".join(line.split()) for line in printed.splitlines()]

    def line(label: str) -> tuple[float, float]:
        (found,) = [one for one in lines if one.startswith(label)]
        amount, share = re.search(r"([+-][\d,.]+) ([+-][\d.]+) %$", found).groups()
        return float(amount.replace(",", "")), float(share)

    count = f"{len(trades):,} of {len(trades):,} trades charged"
    for label, amount in {
        "result without the fee": gross,
        f"fee, 2.5 % of notional, {count}": -fee,
        "result with the fee": gross - fee,
    }.items():
        shown, share = line(label)
        assert shown == pytest.approx(amount, abs=0.02)
        assert share == pytest.approx(100 * amount / balance, abs=0.02)
    place = printed.index("ProtectedStrategy with the fee")
    assert place > printed.index("STRATEGY SUMMARY")


def live_bot(server: SandboxServer, folder: Path) -> FreqtradeProcess:
    overlay = {
        "add_config_files": [str(ROOT / "configs" / "sandbox_live.json")],
        "bot_name": "ledger",
        "exchange": {"key": KEY, "secret": SECRET},
        "force_entry_enable": True,
        "aurum": {
            # Its own entries and exits would come in between.
            "breakout": {"entry_candles": 450, "exit_candles": 450},
            "risk": WIDE_RISK,
            "checks": WIDE_CHECKS,
            "ledger": LEDGER,
        },
        "unfilledtimeout": {"entry": 2, "exit": 2, "unit": "seconds"},
        "order_time_in_force": {"entry": "GTC", "exit": "GTC"},
    }
    return FreqtradeProcess(folder, server.url, overlay)


def test_the_books_of_a_live_bot_are_reconciled(tmp_path: Path, monkeypatch) -> None:
    """Ledger, freqtrade's trades and the exchange's fills agree on everything, BNB included."""
    account = AccountConfig(
        api_key=KEY,
        secret=SECRET,
        balances={"USDT": Decimal(10_000), "BNB": Decimal(1)},
        pay_fees_in_bnb=True,
    )
    config = SandboxConfig(
        port=0, seed=2, accounts=(account,), request_weight=None, orders_per_10s=None
    )
    with SandboxServer(config) as server:
        bot = live_bot(server, tmp_path)
        monkeypatch.setenv("AURUM_DATABASE_URL", f"sqlite:///{bot.records}")
        with bot:
            trader = ForcedTrader(bot, server, 2)
            trader.trade_until(12, 120)
            trader.close_all(30)
            closed = int(bot.get("trades", limit=1)["total_trades"])
            # The bot books fees beside its loop.
            wait_for("every fee in the ledger", lambda: charged(tmp_path) == closed, 30)
        result = aurum(tmp_path, "reconcile", "--json")
        document = json.loads(result.stdout)
        taken = sum(fill.commission for fill in server.exchange.engine.account(KEY).fills)
    assert result.exit_code == 0, document
    assert document["trades"] == {"compared": closed, "differences": [], "notes": []}
    fills = document["fills"]
    assert fills["compared"] >= 2 * closed
    assert set(fills["taken"]) == {"BNB"}
    assert Decimal(fills["taken"]["BNB"]) == taken
    assert Decimal(fills["reckoned"]["USDT"]) > 0
    assert aurum(tmp_path, "verify").exit_code == 0
    (total,) = json.loads(aurum(tmp_path, "report", "--json").stdout)["totals"]
    assert aurum(tmp_path, "invoice", "--yes").exit_code == 0
    paid = aurum(tmp_path, "collect", "1", "--yes")
    assert f"{money(Decimal(total['accrued']))} USDT received for invoice 1" in paid.stdout


def aurum(folder: Path, *arguments: str) -> Any:
    config = ("--config", str(folder / "config.json"))
    return CliRunner().invoke(command.app, (*arguments, *config), env={"COLUMNS": "250"})


def charged(folder: Path) -> int:
    result = aurum(folder, "report", "--json")
    return 0 if result.exit_code else json.loads(result.stdout)["totals"][0]["trades"]
