"""The pairlist and the protection by mood in freqtrade itself, on the simulated exchange."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from freqtrade.data.btanalysis import get_latest_backtest_filename, load_backtest_stats
from freqtrade_process import ROOT, FreqtradeProcess, run_freqtrade, wait_for
from told_news import ToldNews

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, WallClock
from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.sandbox import SandboxConfig, SandboxServer
from aurum_plugins.sentiment.scored_item import MARKET

pytestmark = pytest.mark.acceptance

AURUM = str(Path(sys.executable).with_name("aurum"))
PAIRS = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
DAYS = 9


def moods(told: ToldNews) -> int:
    """BTC is disliked, ETH not spoken of, SOL liked; the time now."""
    now_ms = WallClock().now_ms()
    told.listen(now_ms - HOUR_MS, now_ms)
    told.say("BTC", -0.7, now_ms)
    told.say("SOL", 0.7, now_ms)
    return now_ms


def listed(folder: Path, aurum: dict[str, Any], **parameters: Any) -> tuple[list[str], str]:
    """Pairs that `freqtrade test-pairlist` prints, in order, and what it logs."""
    config = folder / "config.json"
    pairlists = [{"method": "StaticPairList"}, {"method": "SentimentPairList", **parameters}]
    config.write_text(
        json.dumps(
            {
                "add_config_files": [str(ROOT / "configs" / "sandbox.json")],
                "exchange": {"pair_whitelist": PAIRS},
                "pairlists": pairlists,
                "aurum": aurum,
            }
        )
    )
    command = f"freqtrade test-pairlist --config {config} --print-json"
    done = subprocess.run(
        [AURUM, "sandbox", "--port", "0", "--keys", str(folder / "keys.json"), "--run", command],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        return [], done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1]), done.stderr


def test_the_command_ranks_and_removes(tmp_path: Path) -> None:
    with ToldNews(tmp_path / "news.sqlite") as told:
        moods(told)
        kept, log = listed(tmp_path, told.config(), sort="desc")
    assert kept == ["SOL/USDT", "ETH/USDT"]
    assert "SentimentPairList removed BTC/USDT: the mood about BTC is -0.70, below -0.3" in log


def test_it_keeps_nothing_where_nobody_listens_and_all_if_told_to(tmp_path: Path) -> None:
    with ToldNews(tmp_path / "news.sqlite") as told:
        kept, log = listed(tmp_path, told.config())
        assert kept == []
        assert "nobody listens to any source of news; only what is held is kept" in log
        kept, _ = listed(tmp_path, told.config(), when_nobody_listens="keep")
        assert kept == list(PAIRS)


def test_it_does_not_start_without_news(tmp_path: Path) -> None:
    _, log = listed(tmp_path, {})
    assert "aurum.sentiment.rss: SentimentPairList needs a source of news" in log


def test_a_running_bot_loses_its_pairs_to_a_shock_and_gets_them_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # freqtrade folds its log to the width of the terminal.
    monkeypatch.setenv("COLUMNS", "300")
    with (
        ToldNews(tmp_path / "aurum.sqlite") as told,
        SandboxServer(SandboxConfig(port=0)) as server,
    ):
        now_ms = moods(told)
        told.shock("@binance", now_ms, "Binance halts withdrawals")
        # Two of severity 1 fall to the release level in 55 seconds.
        shock = {"half_life_minutes": 1, "release_level": 1.06, "shortest_minutes": 0}
        sentiment = told.config(shock=shock)["sentiment"]
        overlay = {
            "exchange": {"pair_whitelist": PAIRS},
            "pairlists": [
                {"method": "StaticPairList"},
                {"method": "SentimentPairList", "sort": "desc"},
            ],
            # Nothing is opened: what is held would stay.
            "max_open_trades": 0,
            "aurum": {"sentiment": sentiment},
        }
        with FreqtradeProcess(tmp_path, server.url, overlay) as bot:

            def whitelist() -> list[str]:
                return bot.get("whitelist")["whitelist"]

            assert whitelist() == []
            left = ["SOL/USDT", "ETH/USDT"]
            wait_for("list", lambda: whitelist() == left, 120)
            log = bot.log.read_text()
            for pair in left:
                assert f"SentimentPairList removed {pair}: withdrawals halted (@binance" in log
                assert f"SentimentPairList keeps {pair} again" in log
            assert "removed BTC/USDT: the mood about BTC is -0.70" in log
            assert "Traceback" not in log


def test_a_backtest_rests_in_bad_moods_and_knows_no_later_ones(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    with ToldNews(tmp_path / "news.sqlite") as told, SandboxServer(SandboxConfig(port=0)) as server:
        end_ms = WallClock().now_ms()
        begin_ms = end_ms - DAYS * DAY_MS
        told.listen(begin_ms, end_ms)
        bad_ms, worse_ms = end_ms - 6 * DAY_MS, end_ms - 3 * DAY_MS
        for hours in range(0, 48, 3):
            told.say("BTC", -0.8, bad_ms + hours * HOUR_MS)
            told.say(MARKET, -0.8, worse_ms + hours * HOUR_MS)
        config.write_text(json.dumps({"aurum": told.config()}))
        environment = {**freqtrade_environment(server.url), "COLUMNS": "300"}
        configs = ("--config", str(ROOT / "configs" / "backtest.json"), "--config", str(config))
        data = ("--datadir", str(tmp_path / "candles"), "--pairs", *PAIRS)
        run_freqtrade(
            "download-data", *configs, *data, "--days", str(DAYS), "-t", "1h", **environment
        )
        run_freqtrade(
            "backtesting",
            *(*configs, *data, "--userdir", str(tmp_path), "--enable-protections"),
            *("--strategy", "GuardedStrategy", "--strategy-path", str(ROOT / "tests/support")),
            *("--cache", "none", "--export", "trades"),
            **environment,
        )
    results = tmp_path / "backtest_results"
    stats = load_backtest_stats(results / get_latest_backtest_filename(results))
    result = stats["strategy"]["GuardedStrategy"]
    of_pairs = [lock for lock in result["locks"] if lock["pair"] != "*"]
    of_all = [lock for lock in result["locks"] if lock["pair"] == "*"]
    assert {lock["pair"] for lock in of_pairs} == {"BTC/USDT"}
    for locks, began_ms, words in (
        (of_pairs, bad_ms, "the mood about BTC is -0.80"),
        (of_all, worse_ms, "the mood about crypto as a whole is -0.80"),
    ):
        times = [lock["lock_timestamp"] for lock in locks]
        # The items are of five minutes before.
        assert began_ms - 5 * MINUTE_MS <= min(times) <= began_ms + 4 * HOUR_MS
        # Five items each three hours count 17 at most, and less than 3 from 15 hours later on.
        assert max(times) <= began_ms + (45 + 15) * HOUR_MS
        assert {words in lock["reason"] for lock in locks} == {True}
        for lock in locks:
            within = [
                trade
                for trade in result["trades"]
                if lock["pair"] in {"*", trade["pair"]}
                and lock["lock_timestamp"] < trade["open_timestamp"] < lock["lock_end_timestamp"]
            ]
            assert within == [], lock
