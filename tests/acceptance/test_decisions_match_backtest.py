"""A bot in a dry run, and a backtest of the same candles afterwards: the same decisions."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from decided_backtest import Key, decided_in_backtest
from freqtrade_process import ROOT, FreqtradeProcess, wait_for

from aurum_plugins.sandbox.config import SandboxConfig
from aurum_plugins.sandbox.server import SandboxServer

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(900)]

MINUTE_MS = 60_000
MINUTES = 4
PAIRS = [f"{base}/USDT" for base in ("BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "LINK", "LTC")]
OVERLAY = {
    "user_data_dir": str(ROOT / "user_data"),
    "exchange": {"pair_whitelist": PAIRS},
    "pairlists": [{"method": "StaticPairList"}],
    # The market's trend and the costs are asked for, too, on lengths that change within minutes.
    "aurum": {
        "policy": {
            "bear_entries": "none",
            "regime_timeframe": "5m",
            "regime_candles": 12,
            "cost_multiple": 1.0,
            "cost_bps": 5.0,
        },
        "risk": {"position_cap": 0.02},
    },
}


def journal(records: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(f"file:{records}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT * FROM decisions")]
    return [{**row, "figures": json.loads(row["figures"])["signal"]} for row in rows]


def has_decided(bot: FreqtradeProcess) -> bool:
    # The database, or its table, may not be there yet.
    with suppress(sqlite3.OperationalError):
        return bool(journal(bot.records))
    return False


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def newest_closed_ms() -> int:
    return now_ms() // MINUTE_MS * MINUTE_MS - MINUTE_MS


def seconds_into_candle() -> float:
    return now_ms() % MINUTE_MS / 1_000


def watched(bot: FreqtradeProcess) -> tuple[int, int]:
    """Let it run, and stop it between two candles; the first and the last that were due."""
    wait_for("moment between candles", lambda: 5 < seconds_into_candle() < 35, 60)
    with bot:
        wait_for("first decisions", lambda: has_decided(bot), 30)
        first = newest_closed_ms()
        time.sleep(60 * MINUTES)
        wait_for("moment between candles", lambda: 25 < seconds_into_candle() < 55, 60)
        last = newest_closed_ms()
    return first, last


def download(bot: FreqtradeProcess, datadir: Path) -> None:
    arguments = ("--datadir", str(datadir), "--days", "2", "--timeframes", "1m", "5m")
    command = bot.command("download-data", *arguments)
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def test_a_dry_run_and_its_backtest_decide_alike(tmp_path: Path) -> None:
    with SandboxServer(SandboxConfig(port=0, seed=11, request_weight=None)) as server:
        bot = FreqtradeProcess(tmp_path, server.url, OVERLAY)
        first, last = watched(bot)
        datadir = tmp_path / "candles"
        download(bot, datadir)
        span = f"{first // 1_000}-{(last + 2 * MINUTE_MS) // 1_000}"
        backtested = decided_in_backtest(tmp_path / "config.json", datadir, span, tmp_path)
    rows = journal(bot.records)

    written = Counter((row["pair"], row["candle_ms"]) for row in rows)
    due = {(pair, candle) for pair in PAIRS for candle in range(first, last + 1, MINUTE_MS)}
    assert len(due) >= MINUTES * len(PAIRS)
    assert written == Counter(due)
    live: dict[Key, dict[str, Any]] = {(row["pair"], row["candle_ms"]): row for row in rows}
    both = live.keys() & backtested.keys()
    print(f"\n{len(live)} live, {len(backtested)} backtested, {len(both)} both:")
    print(Counter(f"{row['action']} {row['signal']}" for row in live.values()))
    assert len(both) >= len(live) - len(PAIRS)
    for key in sorted(both):
        ours, theirs = live[key], backtested[key]
        assert (ours["action"], ours["signal"]) == (theirs["action"], theirs["signal"]), key
        assert ours["figures"] == pytest.approx(theirs["figures"], rel=1e-9, abs=0), key
    signals = {row["signal"] for row in live.values()}
    assert len(signals) >= 3
    assert all("market_trend_share" in live[key]["figures"] for key in both)
