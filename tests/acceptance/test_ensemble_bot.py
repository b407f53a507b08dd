"""AurumEnsemble in a running bot: it trains, serves, is stopped, and serves again."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from freqtrade_process import ROOT, FreqtradeProcess, run_freqtrade, wait_for

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.database import open_database
from aurum_plugins.forecasting.registry import EventKind, ModelRegistry
from aurum_plugins.freqai.forecast_columns import READINESS, column_names
from aurum_plugins.monitoring.report_store import ReportStore
from aurum_plugins.monitoring.reports import LoopReport, ModelReport
from aurum_plugins.sandbox import SandboxConfig, SandboxServer

PAIRS = ["BTC/USDT", "ETH/USDT"]
LABELS = ("&-forward_return", "&-forward_volatility")
AURUM = str(Path(sys.executable).with_name("aurum"))

pytestmark = pytest.mark.acceptance


@pytest.fixture
def models() -> Iterator[Path]:
    folder = ROOT / "user_data" / "models" / "test-of-an-ensemble"
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def overlay(identifier: str, retrain_hours: float) -> dict[str, Any]:
    return {
        "add_config_files": [
            str(ROOT / "configs" / "sandbox.json"),
            str(ROOT / "configs" / "freqai.json"),
        ],
        "exchange": {"pair_whitelist": PAIRS},
        "freqai": {
            "identifier": identifier,
            "train_period_days": 1,
            "live_retrain_hours": retrain_hours,
            "expiration_hours": 24,
            "feature_parameters": {
                "include_timeframes": ["1m", "5m"],
                "indicator_periods_candles": [10],
                "label_period_candles": 4,
            },
        },
        "aurum": {
            "features": {"market_pairs": PAIRS},
            "targets": {
                "volatility_candles": 60,
                "history_candles": [1, 4, 60],
                "season_candles": 60,
                "seasons": 1,
            },
            "ensemble": {
                "members": ["linear", "lightgbm"],
                "least_rows": 500,
                "record_candles": 60,
            },
            "members": {"lightgbm": {"num_boost_round": 10}},
            "drift": {"loss_candles": 60, "input_candles": 50},
            # The synthetic market is not there to be forecast.
            "promotion": {
                "floors": {"forward_return": {}, "forward_volatility": {}},
                "least_judged_rows": 5,
                "keep_versions": 3,
                "tolerance": 10,
            },
        },
    }


def last_forecast(bot: FreqtradeProcess, pair: str) -> list[pd.Series]:
    """The latest candle's, if it may be acted on."""
    answer = bot.get("pair_candles", pair=pair, timeframe="1m", limit=5)
    seen = pd.DataFrame(answer["data"], columns=answer["columns"] or None)
    if READINESS not in seen or seen["do_predict"].iloc[-1] != 1:
        return []
    return [seen.iloc[-1]]


def models_told(bot: FreqtradeProcess) -> ModelReport | None:
    """The bot's report on its models, once this process tells of both pairs."""
    name = bot_identity(bot.get("show_config"))
    with open_database(f"sqlite:///{bot.records}", migrate=False) as database:
        store = ReportStore(database)
        loop, told = store.read(name, LoopReport), store.read(name, ModelReport)
    if loop is None or told is None or told.at_ms < loop.report.started_ms:
        return None
    return told.report if len(told.report.pairs) == len(PAIRS) else None


def trained(registry: ModelRegistry, pair: str) -> int:
    return sum(event.kind is EventKind.TRAINED for event in registry.history(pair))


def test_a_bot_from_its_first_training_to_a_backtest_of_what_it_forecast(tmp_path, models) -> None:
    registry = ModelRegistry(models / "registry")
    with SandboxServer(SandboxConfig(port=0)) as server:
        with FreqtradeProcess(tmp_path, server.url, overlay(models.name, 0.01)) as bot:
            for pair in PAIRS:
                wait_for(f"champion of {pair}", lambda p=pair: registry.champion(p), 150, every=1)
                (row,) = wait_for(
                    f"forecast of {pair}", lambda p=pair: last_forecast(bot, p), 150, every=2
                )
                assert row[READINESS] == 1
                assert np.isfinite(row[column_names(LABELS)].to_numpy(float)).all()
            pair = PAIRS[0]
            wait_for("third training", lambda: trained(registry, pair) >= 3, 200, every=1)
            ended = {event.kind for event in registry.history(pair)} - {EventKind.TRAINED}
            assert ended & {EventKind.PROMOTED, EventKind.REJECTED}
            assert len(registry.versions(pair)) <= 3 + 1
            assert len(list(models.glob("sub-train-BTC_*"))) <= 3
            commands = [
                ("list", pair, "--json"),
                ("show", pair),
                ("rollback", pair, "--reason", "asked to"),
            ]
            for command in commands:
                done = subprocess.run(
                    [AURUM, "models", *command, "--folder", str(models / "registry")],
                    capture_output=True,
                    text=True,
                    timeout=60,
                    check=False,
                )
                assert done.returncode == 0, done.stdout + done.stderr
            kinds = [event.kind for event in registry.history(pair)]
            assert EventKind.ROLLED_BACK in kinds
            assert bot.alive
        log = bot.log.read_text()
        assert "Traceback" not in log

        content = (models / "historic_predictions.pkl").read_bytes()
        predictions = pickle.loads(content)  # noqa: S301 - written by the bot above
        assert set(predictions) == set(PAIRS)
        before = {pair: trained(registry, pair) for pair in PAIRS}

        # Hours until the next training: what is on the disk must do.
        with FreqtradeProcess(tmp_path, server.url, overlay(models.name, 100)) as bot:
            for pair in PAIRS:
                wait_for(f"forecast of {pair}", lambda p=pair: last_forecast(bot, p), 150, every=2)
            told = wait_for("report on its models", lambda: models_told(bot), 30)
            assert (told.model, told.identifier) == ("AurumEnsemble", models.name)
            assert Path(told.folder) == registry.folder.resolve()
            for one in told.pairs:
                assert one.version == registry.champion(one.pair).id
                assert one.predicted_ms is not None
                assert (one.not_finite, one.fault) == (0, "")
        assert {pair: trained(registry, pair) for pair in PAIRS} == before
        assert "Traceback" not in bot.log.read_text()

        config = tmp_path / "config.json"
        printed = run_freqtrade(
            *("backtesting", "--config", str(config), "--userdir", str(ROOT / "user_data")),
            *("--freqai-backtest-live-models", "--cache", "none"),
            **{**freqtrade_environment(server.url), "COLUMNS": "300"},
        )
        assert "BACKTESTING REPORT" in printed.upper()
        assert json.loads((models / "global_metadata.json").read_text())["start_dry_live_date"]
