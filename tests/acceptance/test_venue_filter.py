"""The venue filter in freqtrade's own command and in a running bot, on the simulated exchange."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from freqtrade_process import ROOT, FreqtradeProcess, wait_for

from aurum_plugins.market_data.simulated_venues import venue_urls
from aurum_plugins.sandbox import SandboxConfig, SandboxServer
from aurum_plugins.sandbox.faults import FaultPlan

pytestmark = pytest.mark.acceptance

AURUM = str(Path(sys.executable).with_name("aurum"))
# What the simulated exchange trades; its Coinbase and Kraken have no BNB.
BASES = ("BTC", "ETH", "SOL", "XRP", "BNB", "ADA", "DOGE", "LINK", "LTC")
PAIRS = {f"{base}/USDT" for base in BASES}
CURRENCIES = {"binance": ["USDT"], "coinbase": ["USD"], "kraken": ["USD"]}
DARK = [{"kind": "dark", "route": f"{venue}.*"} for venue in ("coinbase", "kraken")]


def sources(*venues: str) -> dict[str, Any]:
    return {venue: {"currencies": CURRENCIES[venue]} for venue in venues}


def listed(folder: Path, venues: dict[str, Any], *rules: dict[str, Any]) -> tuple[set[str], str]:
    """Pairs that `freqtrade test-pairlist` prints, and what it logs."""
    config, faults = folder / "config.json", folder / "faults.json"
    filters = [{"method": "StaticPairList"}, {"method": "AurumVenueFilter"}]
    config.write_text(
        json.dumps(
            {
                "add_config_files": [str(ROOT / "configs" / "sandbox.json")],
                "pairlists": filters,
                "aurum": {"venues": venues},
            }
        )
    )
    faults.write_text(json.dumps({"rules": rules}))
    command = f"freqtrade test-pairlist --config {config} --print-json"
    sandbox = ("sandbox", "--port", "0", "--keys", str(folder / "keys.json"))
    done = subprocess.run(
        [AURUM, *sandbox, "--faults", str(faults), "--run", command],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        return set(), done.stderr
    return set(json.loads(done.stdout.strip().splitlines()[-1])), done.stderr


def removed(log: str) -> dict[str, str]:
    """Why each pair was removed."""
    return dict(re.findall(r"AurumVenueFilter removed (\S+): (.*)", log))


def test_the_command_keeps_what_venues_agree_on(tmp_path: Path) -> None:
    kept, log = listed(tmp_path, {"sources": sources("binance", "coinbase", "kraken")})
    assert kept == PAIRS - {"BNB/USDT"}
    few = "too few venues have a quote that counts (1, and 2 are needed)"
    assert removed(log) == {"BNB/USDT": few}
    assert "Unclosed" not in log


def test_it_removes_all_when_two_venues_disagree(tmp_path: Path) -> None:
    # The other one says what a dollar is worth.
    liar = {"kind": "lying_price", "route": "binance.*", "factor": 1.03}
    kept, log = listed(tmp_path, {"sources": sources("binance", "kraken")}, liar)
    assert kept == set()
    reasons = removed(log)
    assert set(reasons) == PAIRS
    words = r"the venues disagree \(kraken says [\d.]+, binance [\d.]+, (29|30)\d bps apart\)"
    assert re.fullmatch(words, reasons["BTC/USDT"])


def test_it_removes_all_when_no_venue_answers(tmp_path: Path) -> None:
    kept, log = listed(tmp_path, {"sources": sources("coinbase", "kraken")}, *DARK)
    assert kept == set()
    assert set(removed(log)) == PAIRS
    assert "AurumVenueFilter: no venue answers (coinbase, kraken); only what is held" in log


def test_it_does_not_start_without_venues(tmp_path: Path) -> None:
    _, log = listed(tmp_path, {})
    assert "aurum.venues.sources: AurumVenueFilter needs at least 2 venues" in log


def test_a_running_bot_loses_its_pairs_in_the_dark_and_gets_them_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # freqtrade folds its log to the width of the terminal.
    monkeypatch.setenv("COLUMNS", "300")
    with SandboxServer(SandboxConfig(port=0)) as server:
        venues = sources("binance", "coinbase", "kraken")
        for name, source in venues.items():
            source["requests_per_minute"] = 1_000
            source["ccxt_config"] = {"urls": {"api": venue_urls(name, server.url)}}
        quick = {"patience_seconds": 2, "return_seconds": 2}
        overlay = {
            "exchange": {"pair_whitelist": ["BTC/USDT", "BNB/USDT", "ETH/USDT"]},
            "pairlists": [{"method": "StaticPairList"}, {"method": "AurumVenueFilter", **quick}],
            # Nothing is opened: what is held would stay.
            "max_open_trades": 0,
            "aurum": {
                "venues": {
                    "sources": venues,
                    "refresh_seconds": 1,
                    "longest_quote_age_seconds": 3,
                    "open_seconds": 1,
                }
            },
        }
        with FreqtradeProcess(tmp_path, server.url, overlay) as bot:

            def whitelist() -> list[str]:
                return bot.get("whitelist")["whitelist"]

            agreed = ["BTC/USDT", "ETH/USDT"]
            assert whitelist() == agreed
            server.exchange.injector.arm(FaultPlan.model_validate({"rules": DARK}))
            wait_for("empty list", lambda: whitelist() == [], 40)
            server.exchange.injector.disarm()
            wait_for("full list", lambda: whitelist() == agreed, 40)
            log = bot.log.read_text()
            for pair in agreed:
                assert f"AurumVenueFilter removed {pair}: too few venues" in log
                assert f"AurumVenueFilter keeps {pair} again" in log
            assert "Traceback" not in log
