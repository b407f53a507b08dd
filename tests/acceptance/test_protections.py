"""Protections and the risk filter in freqtrade's own commands, on the simulated exchange."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from freqtrade.data.btanalysis import get_latest_backtest_filename, load_backtest_stats
from freqtrade_process import ROOT, FreqtradeProcess, run_freqtrade, wait_for

from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.sandbox import SandboxConfig, SandboxServer

pytestmark = pytest.mark.acceptance

PAIRS = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
DAYS = 20
AURUM = str(Path(sys.executable).with_name("aurum"))
# Each protection's words, and whether it locks a pair or all of them.
REASONS = {
    "losses in a row": {"*", *PAIRS},
    "a trade over 8 trades": set(PAIRS),
    "closed trades lost": {"*"},
    "resting after a trade": set(PAIRS),
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


def backtest(folder: Path, *more: str) -> dict:
    """Trade the synthetic market at 1 % a side, and give what freqtrade exports."""
    results = folder / "backtest_results"
    with SandboxServer(SandboxConfig(port=0)) as server:
        environment = {**freqtrade_environment(server.url), "COLUMNS": "300"}
        config = ("--config", str(ROOT / "configs" / "backtest.json"))
        data = ("--datadir", str(folder / "candles"), "--pairs", *PAIRS)
        run_freqtrade(
            "download-data", *config, *data, "--days", str(DAYS), "-t", "1h", **environment
        )
        run_freqtrade(
            "backtesting",
            *(*config, *data, "--userdir", str(folder)),
            *("--strategy", "ProtectedStrategy", "--strategy-path", str(ROOT / "tests/support")),
            *("--fee", "0.01", "--cache", "none", "--export", "trades", *more),
            **environment,
        )
    stats = load_backtest_stats(results / get_latest_backtest_filename(results))
    return stats["strategy"]["ProtectedStrategy"]


def test_each_protection_locks_in_a_backtest_and_locks_are_kept(tmp_path: Path) -> None:
    result = backtest(tmp_path, "--enable-protections")
    locks, trades = result["locks"], result["trades"]
    for words, pairs in REASONS.items():
        found = [lock for lock in locks if words in lock["reason"]]
        assert found, f"nothing was locked for: {words}"
        assert {lock["pair"] for lock in found} <= pairs
    of_rows = {lock["pair"] for lock in locks if "in a row" in lock["reason"]}
    assert "*" in of_rows
    for lock in locks:
        began, ended = lock["lock_timestamp"], lock["lock_end_timestamp"]
        within = [
            trade["open_date"]
            for trade in trades
            if lock["pair"] in {"*", trade["pair"]} and began < trade["open_timestamp"] < ended
        ]
        assert within == [], lock
    for lock in locks:
        if "closed trades lost" in lock["reason"]:
            end = utc(lock["lock_end_time"])
            assert (end.hour, end.minute) == (0, 0)
            assert end - utc(lock["lock_time"]) <= timedelta(days=1)


def test_without_the_switch_a_backtest_locks_nothing(tmp_path: Path) -> None:
    result = backtest(tmp_path)
    assert result["locks"] == []
    assert len(result["trades"]) > 100


def test_a_running_bot_is_locked_by_its_losses(tmp_path: Path) -> None:
    overlay = {
        "strategy": "ProtectedStrategy",
        "strategy_path": str(ROOT / "tests/support"),
        "timeframe": "1m",
        "max_open_trades": 3,
        "dry_run_wallet": 10_000,
        "stake_amount": 1_000,
        "fee": 0.05,
        "exchange": {"pair_whitelist": list(PAIRS)},
        "pairlists": [
            {"method": "StaticPairList"},
            {"method": "AurumRiskFilter", "lookback_days": 5, "max_correlation": 1},
        ],
    }
    with (
        SandboxServer(SandboxConfig(port=0)) as server,
        FreqtradeProcess(tmp_path, server.url, overlay) as bot,
    ):
        wait_for("three open trades", lambda: len(bot.get("status")) == 3, 120)
        bot.post("forceexit", tradeid="all", ordertype="market")

        def reasons() -> list[str]:
            return [f"{lock['pair']} {lock['reason']}" for lock in bot.get("locks")["locks"]]

        def locked() -> bool:
            found = "\n".join(reasons())
            return "* 3 losses in a row" in found and "* closed trades lost" in found

        wait_for(f"locks (there are {reasons()})", locked, 60)
        found = reasons()
        assert sum(reason.startswith("* closed trades lost ") for reason in found) == 1
        for pair in PAIRS:
            assert f"{pair} resting after a trade for 2 candles" in found
        assert "Traceback" not in bot.log.read_text()


def test_the_filter_works_in_freqtrades_own_command(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    filters = [
        {"method": "StaticPairList"},
        {"method": "AurumRiskFilter", "min_daily_volume": 200_000_000},
    ]
    config.write_text(
        json.dumps(
            {"add_config_files": [str(ROOT / "configs" / "sandbox.json")], "pairlists": filters}
        )
    )
    command = f"freqtrade test-pairlist --config {config} --print-json"
    done = subprocess.run(
        [AURUM, "sandbox", "--port", "0", "--keys", str(tmp_path / "keys.json"), "--run", command],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    listed = json.loads(done.stdout.strip().splitlines()[-1])
    assert listed
    removed = [
        line.split("removed ")[1].split(":")[0]
        for line in done.stderr.splitlines()
        if "AurumRiskFilter removed" in line
    ]
    assert removed
    assert not set(listed) & set(removed)
    assert len(listed) + len(removed) == 9
    assert "in quote currency, less than 200,000,000.00" in done.stderr
