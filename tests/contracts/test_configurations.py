"""Every configuration that we ship, judged by freqtrade itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import rapidjson

from aurum_plugins.sandbox import SandboxConfig, SandboxServer

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "configs"
# Parts of others, no configurations of their own.
FRAGMENTS = {"exchange.json", "api_server.json", "freqai.json"}
COMPLETE = sorted(
    str(path.relative_to(ROOT))
    for path in (*CONFIGS.glob("*.json"), ROOT / "user_data" / "config.json")
    if path.name not in FRAGMENTS and ".example" not in path.name
)
PARSE_MODE = rapidjson.PM_COMMENTS | rapidjson.PM_TRAILING_COMMAS


def freqtrade(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("freqtrade"))
    return subprocess.run(
        [program, *arguments],
        cwd=ROOT,
        # freqtrade folds its log to the width of the terminal.
        env={**os.environ, "COLUMNS": "500"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("path", COMPLETE)
def test_freqtrade_accepts_it(path) -> None:
    done = freqtrade("show-config", "--config", path)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "AurumActiveFilter" in done.stdout


@pytest.mark.parametrize("below", ["backtest.json", "dry_run.json", "sandbox.json"])
def test_freqtrade_accepts_freqai_on_top(below) -> None:
    configs = [f"configs/{name}" for name in (below, "freqai.json")]
    done = freqtrade("show-config", "--config", configs[0], "--config", configs[1])
    assert done.returncode == 0, done.stdout[-2000:]
    assert "AurumLightGBMRegressor" in done.stdout
    assert "forward_volatility" in done.stdout


def test_freqtrade_finds_the_model() -> None:
    done = freqtrade("list-freqaimodels", "--config", "configs/backtest.json")
    assert done.returncode == 0, done.stdout[-2000:]
    assert "AurumLightGBMRegressor" in done.stdout


def test_the_live_example_refuses_until_every_mark_is_filled_in(tmp_path) -> None:
    shutil.copytree(CONFIGS, tmp_path / "configs")
    live = tmp_path / "configs" / "live.json"
    config = rapidjson.loads((CONFIGS / "live.example.json").read_text(), parse_mode=PARSE_MODE)
    answers = [
        (("dry_run",), False),
        (("available_capital",), 100),
        (("exchange", "key"), "k"),
        (("exchange", "secret"), "s"),
    ]
    for path, answer in answers:
        live.write_text(json.dumps(config))
        refused = freqtrade("trade", "--config", str(live))
        assert refused.returncode == 2
        assert "must be filled in before freqtrade can start (got 'EDIT:')" in refused.stdout
        *sections, key = path
        target = config
        for section in sections:
            target = target[section]
        target[key] = answer
    live.write_text(json.dumps(config))
    assert freqtrade("show-config", "--config", str(live)).returncode == 0


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("*.json")), ids=lambda path: path.name)
def test_no_secret_is_shipped(path) -> None:
    def secrets(value: object, key: str = "") -> list[str]:
        if isinstance(value, dict):
            return [found for name in value for found in secrets(value[name], name)]
        named = key in {"key", "secret", "password", "token", "jwt_secret_key", "ws_token"}
        return [key] if named and value and not str(value).startswith("EDIT:") else []

    assert secrets(rapidjson.loads(path.read_text(), parse_mode=PARSE_MODE)) == []


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ({"breakout": {"entry_candle": 5}}, "aurum.breakout.entry_candle: unknown setting"),
        ({"breakout": {"atr_multiple": 0}}, "aurum.breakout.atr_multiple: "),
        ({"brakeout": {}}, "aurum.brakeout: unknown setting; known are breakout"),
        ({"features": {"exclude": ["rsii"]}}, "did you mean rsi? `aurum features` lists them"),
        ({"targets": {"include": ["price"]}}, "'price' is no target; known are forward_return"),
        ({"preprocessing": {"n_features": 0}}, "aurum.preprocessing.n_features: "),
        ({"candles": {"largest_move": 1}}, "aurum.candles.largest_move: "),
    ],
)
def test_a_wrong_key_ends_freqtrade_with_one_sentence(tmp_path, section, sentence) -> None:
    config = {"add_config_files": [str(CONFIGS / "sandbox.json")], "aurum": section}
    (tmp_path / "config.json").write_text(json.dumps(config))
    done = freqtrade("trade", "--config", str(tmp_path / "config.json"))
    assert done.returncode == 2
    assert sentence in done.stdout.splitlines()[-1]
    assert "Traceback" not in done.stdout


def test_a_misspelt_pair_ends_freqtrade_with_one_sentence(tmp_path) -> None:
    with SandboxServer(SandboxConfig(port=0, history_days=2)) as server:
        urls = {"api": {"public": f"{server.url}/api/v3", "private": f"{server.url}/api/v3"}}
        exchange = {"pair_whitelist": ["BTC/USDT", "BCT/USDT"], "ccxt_config": {"urls": urls}}
        config = {"add_config_files": [str(CONFIGS / "sandbox.json")], "exchange": exchange}
        (tmp_path / "config.json").write_text(json.dumps(config))
        for command in ("trade", "test-pairlist"):
            arguments = ["--db-url", "sqlite://"] if command == "trade" else []
            done = freqtrade(command, "--config", str(tmp_path / "config.json"), *arguments)
            assert done.returncode == 2
            assert "BCT/USDT is not traded on Binance" in done.stdout.splitlines()[-1]
