"""freqtrade's own lookahead and recursive analyses of our features and of AurumStrategy."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from freqtrade_process import ROOT, run_freqtrade
from told_news import ToldNews

from aurum_plugins.clock import DAY_MS, HOUR_MS, WallClock
from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.sandbox import SandboxConfig, SandboxServer
from aurum_plugins.sentiment.scored_item import MARKET

pytestmark = pytest.mark.acceptance

PAIRS = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
DAYS = 60
LOOKAHEAD_ROWS = str(ROOT / "tests" / "support" / "lookahead_rows.py")
CONFIGURATION = {
    "add_config_files": [
        str(ROOT / "configs" / "backtest.json"),
        str(ROOT / "configs" / "freqai.json"),
    ],
    "freqaimodel": "AurumLightGBMRegressor",
    "exchange": {"pair_whitelist": list(PAIRS)},
    "dataformat_ohlcv": "feather",
    # Short windows, so that two months hold some trades.
    "aurum": {
        "breakout": {
            "entry_candles": 12,
            "exit_candles": 6,
            "atr_candles": 24,
            "volatility_candles": 24,
        },
        # Entries depend on the market's trend, too.
        "policy": {"regime_timeframe": "4h", "regime_candles": 20, "bear_entries": "none"},
        # News are among the features, and gate entries.
        "features": {"market_pairs": list(PAIRS), "sentiment": True},
        "sentiment": {
            "rss": {"one": "http://127.0.0.1:1/one"},
            "collect": False,
            "mood": {"entry_floor": -0.5},
        },
        "targets": {
            "include": ["forward_volatility"],
            "volatility_candles": 48,
            "history_candles": [1, 24],
            "season_candles": 24,
            "seasons": 2,
        },
    },
    "freqai": {
        # The analyses delete the models of their identifier.
        "identifier": "throwaway",
        "train_period_days": 15,
        "backtest_period_days": 10,
        "feature_parameters": {"indicator_periods_candles": [10]},
        "model_training_parameters": {"n_estimators": 20, "n_jobs": 1, "verbosity": -1},
    },
}


class Project:
    """Two months of synthetic candles, and the commands that analyse strategies on them."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.environment = {**freqtrade_environment(url), "COLUMNS": "500"}
        self.data = folder / "candles"
        self.overlay = folder / "config.json"
        database = {"database": {"url": f"sqlite:///{folder / 'aurum.sqlite'}"}}
        aurum = {"aurum": CONFIGURATION["aurum"] | database}
        self.overlay.write_text(json.dumps(CONFIGURATION | aurum))
        tell_news(folder / "aurum.sqlite")
        (folder / "strategies").mkdir()
        self.freqtrade(
            "download-data",
            *("--config", str(ROOT / "configs" / "backtest.json")),
            *("--datadir", str(self.data), "--days", str(DAYS)),
            *("--timeframes", "1h", "4h", "--pairs", *PAIRS),
        )
        listed = self.freqtrade("list-data", "--datadir", str(self.data), "--show-timerange")
        self.stop = max(re.findall(r"(20\d\d-\d\d-\d\d) \d\d:\d\d:\d\d", listed))

    def freqtrade(self, *arguments: str) -> str:
        return run_freqtrade(*arguments, seconds=280, **self.environment)

    def arguments(self, *, freqai: bool, days: int) -> list[str]:
        """What both analyses take, for the last `days` days."""
        strategy = "AurumStrategy" if freqai else "FeatureColumnsStrategy"
        folder = ROOT / ("user_data/strategies" if freqai else "tests/support")
        config = self.overlay if freqai else ROOT / "configs" / "backtest.json"
        stop = self.stop.replace("-", "")
        start = re.sub(r"-", "", str(_days_before(self.stop, days)))
        return [
            *("--config", str(config), "--userdir", str(self.folder)),
            *("--strategy", strategy, "--strategy-path", str(folder)),
            *("--freqaimodel-path", str(ROOT / "user_data" / "freqaimodels")),
            *("--datadir", str(self.data), "--timerange", f"{start}-{stop}"),
        ]


def tell_news(path: Path) -> None:
    """Items of each hour of the days that are analysed."""
    draw, now_ms = Random(3), WallClock().now_ms()
    begin_ms = now_ms - DAYS * DAY_MS
    with ToldNews(path) as told:
        told.listen(begin_ms, now_ms)
        for at_ms in range(begin_ms, now_ms, HOUR_MS):
            subject = draw.choice(("BTC", "ETH", "SOL", MARKET))
            told.say(subject, draw.uniform(-1, 1), at_ms + draw.randrange(HOUR_MS), times=1)


def _days_before(date: str, days: int):
    from datetime import date as day
    from datetime import timedelta

    return day.fromisoformat(date) - timedelta(days=days)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with SandboxServer(SandboxConfig(port=0)) as server:
        yield Project(tmp_path_factory.mktemp("bias"), server.url)


def verdict(path: Path) -> dict[str, str]:
    with path.open() as file:
        (row,) = csv.DictReader(file)
    return row


def test_no_feature_looks_ahead(project, tmp_path) -> None:
    report = tmp_path / "lookahead.csv"
    project.freqtrade(
        "lookahead-analysis",
        *project.arguments(freqai=False, days=30),
        *("--pairs", "ETH/USDT", "SOL/USDT"),
        *("--minimum-trade-amount", "5", "--targeted-trade-amount", "10"),
        *("--lookahead-analysis-exportfilename", str(report)),
    )
    row = verdict(report)
    assert row["has_bias"] == "False"
    assert int(row["total_signals"]) == 10
    assert row["biased_indicators"] == ""


def test_no_feature_depends_on_where_history_begins(project) -> None:
    printed = project.freqtrade(
        "recursive-analysis",
        *project.arguments(freqai=False, days=20),
        *("--pairs", "ETH/USDT", "--startup-candle", "60", "120", "300"),
    )
    assert "No lookahead bias on indicators found" in printed
    # Only what differs at all is listed; nothing by as much as a thousandth of a percent.
    cells = re.findall(r"(\S+)%", printed.split("Recursive Analysis")[-1])
    assert {abs(float(cell)) for cell in cells} <= {0.0}


def test_aurum_strategy_s_signals_and_forecasts_do_not_look_ahead(project, tmp_path) -> None:
    report = tmp_path / "lookahead.csv"
    done = subprocess.run(
        [
            *(sys.executable, LOOKAHEAD_ROWS, "lookahead-analysis"),
            *project.arguments(freqai=True, days=25),
            *("--pairs", "ETH/USDT", "--timeframe", "1h"),
            *("--minimum-trade-amount", "2", "--targeted-trade-amount", "3"),
            *("--lookahead-analysis-exportfilename", str(report)),
        ],
        cwd=ROOT,
        env={**os.environ, **project.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    row = verdict(report)
    assert int(row["total_signals"]) == 3
    assert (row["biased_entry_signals"], row["biased_exit_signals"]) == ("0", "0")
    compared = [json.loads(line[5:]) for line in done.stdout.splitlines() if line[:5] == "ROWS "]
    assert len(compared) == 6  # an entry and an exit for each trade
    for rows in compared:
        # FreqAI forecasts nothing for the very last candle of a backtest and puts 0 there, so that
        # one alone may differ; every forecast before it is the same without the future.
        assert rows["compared"] > 24
        assert set(rows["differing"]) <= {rows["last"]}


def test_aurum_strategy_s_indicators_do_not_depend_on_where_history_begins(project) -> None:
    printed = project.freqtrade(
        "recursive-analysis",
        *project.arguments(freqai=True, days=15),
        *("--pairs", "ETH/USDT", "--startup-candle", "100", "300"),
    )
    table = printed.split("Recursive Analysis")[-1]
    # Each of its runs trains a model of its own, on other days: forecasts differ as they should.
    differing = {
        name: {abs(float(cell)) for cell in re.findall(r"(\S+)%", line)}
        for line in table.splitlines()
        for name in re.findall(r"│\s+(\S+) │", line)
    }
    assert all(cells <= {0.0} for name, cells in differing.items() if name[0] != "&"), differing
