"""A backtest with imported items, through the commands: what was seen later changes nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from freqtrade.data.btanalysis import get_latest_backtest_filename, load_backtest_stats
from freqtrade_process import ROOT, run_freqtrade

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS
from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.sandbox import SandboxConfig, SandboxServer

pytestmark = pytest.mark.acceptance

AURUM = str(Path(sys.executable).with_name("aurum"))
PAIRS = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
COINS = ("Bitcoin", "Ethereum", "Solana")
DAYS = 60
TESTED_DAYS = 30
AFTER_MS = 5 * DAY_MS
HEADLINES = (
    "{coin} soars {number} percent to a record high",
    "{coin} plunges {number} percent as investors flee",
    "{coin} conference opens in city {number}",
)
HALT = "Binance halts withdrawals for {number} hours after a hack"
SETTINGS = {
    "breakout": {
        "entry_candles": 8,
        "exit_candles": 6,
        "atr_candles": 24,
        "volatility_candles": 24,
    },
    "policy": {"regime_timeframe": "1h", "bear_entries": "all", "forecasts": "off"},
    "sentiment": {
        "rss": {"one": "http://127.0.0.1:1/one", "two": "http://127.0.0.1:1/two"},
        "mood": {"entry_floor": -0.1, "fewest": 1.0},
        "shock": {"brake": "exit", "half_life_minutes": 300.0},
    },
}


def items(from_ms: int, until_ms: int) -> list[dict[str, Any]]:
    """A headline each hour, seen up to three hours later, and a shock each four days."""
    draw = Random(5)
    told = []
    for number, at_ms in enumerate(range(from_ms, until_ms, HOUR_MS)):
        text = draw.choice(HEADLINES).format(coin=draw.choice(COINS), number=number)
        texts = {draw.choice(("rss:one", "rss:two")): text}
        if number % 96 == 50:
            texts |= {source: HALT.format(number=number) for source in ("rss:one", "rss:two")}
        for source, what in texts.items():
            seen_ms = at_ms + draw.randrange(180) * MINUTE_MS
            told.append({"source": source, "text": what, "published_at": at_ms, "seen_at": seen_ms})
    return sorted(told, key=lambda item: item["seen_at"])


class Backtests:
    """Two months of candles, and backtests on the last of them that knew this or that."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._url = url
        self._data = folder / "candles"
        self._base = ("--config", str(ROOT / "configs" / "backtest.json"))
        days = ("--days", str(DAYS), "--timeframes", "1h")
        data = ("--datadir", str(self._data))
        self._freqtrade("download-data", *self._base, *data, *days, "--pairs", *PAIRS)
        listed = self._freqtrade("list-data", *data, "--show-timerange")
        last = max(re.findall(r"(20\d\d-\d\d-\d\d) \d\d:\d\d:\d\d", listed))
        # There are candles, and may be items, of five days more.
        last_ms = int(datetime.fromisoformat(last).replace(tzinfo=UTC).timestamp()) * 1000
        self.until_ms = last_ms - AFTER_MS
        self.from_ms = self.until_ms - TESTED_DAYS * DAY_MS

    def trades(self, name: str, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Trades of a backtest beside a database that has these items."""
        folder = self._folder / name
        folder.mkdir()
        config, file = folder / "config.json", folder / "items.jsonl"
        database = {"database": {"url": f"sqlite:///{folder / 'aurum.sqlite'}"}}
        exchange = {"pair_whitelist": list(PAIRS)}
        config.write_text(json.dumps({"exchange": exchange, "aurum": SETTINGS | database}))
        file.write_text("".join(json.dumps(item) + "\n" for item in known))
        self._import(config, file)
        begin, end = (
            datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y%m%d")
            for ms in (self.from_ms, self.until_ms)
        )
        self._freqtrade(
            *("backtesting", *self._base, "--config", str(config), "--userdir", str(folder)),
            *("--strategy", "AurumStrategy"),
            *("--strategy-path", str(ROOT / "user_data" / "strategies")),
            *("--datadir", str(self._data), "--timerange", f"{begin}-{end}"),
            *("--cache", "none", "--export", "trades"),
        )
        results = folder / "backtest_results"
        stats = load_backtest_stats(results / get_latest_backtest_filename(results))
        return stats["strategy"]["AurumStrategy"]["trades"]

    def _import(self, config: Path, file: Path) -> None:
        done = subprocess.run(
            [AURUM, "sentiment", "import", str(file), "--config", str(config)],
            env={**os.environ, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _freqtrade(self, *arguments: str) -> str:
        environment = {**freqtrade_environment(self._url), "COLUMNS": "300"}
        return run_freqtrade(*arguments, seconds=200, **environment)


def test_items_seen_later_change_no_trade(tmp_path: Path) -> None:
    with SandboxServer(SandboxConfig(port=0)) as server:
        backtests = Backtests(tmp_path, server.url)
        known = items(backtests.from_ms - 5 * DAY_MS, backtests.until_ms + AFTER_MS)
        all_of_them = backtests.trades("all", known)
        early = [item for item in known if item["seen_at"] <= backtests.until_ms]
        until_then = backtests.trades("until_then", early)
        # Published before the backtest's end, and seen after it.
        assert len(early) < len([i for i in known if i["published_at"] < backtests.until_ms])
        uninformed = backtests.trades("uninformed", known[:1])
    assert all_of_them == until_then
    assert any(trade["exit_reason"] == "news_shock" for trade in all_of_them)
    opened = [{trade["open_timestamp"] for trade in these} for these in (all_of_them, uninformed)]
    assert opened[0] != opened[1]
