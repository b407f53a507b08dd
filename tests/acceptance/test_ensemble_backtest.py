"""AurumEnsemble in `freqtrade backtesting`, on real candles."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from freqtrade_process import PROGRAM, ROOT

from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.forecasting import Readiness
from aurum_plugins.freqai.forecast_columns import READINESS, column_names
from aurum_plugins.sandbox import ReplayConfig, SandboxConfig, SandboxServer

CANDLES = ROOT.parent / "shared" / "data" / "binance-1h"
LABELS = ("&-forward_return", "&-forward_volatility")

pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.skipif(not CANDLES.is_dir(), reason=f"real candles are not at {CANDLES}"),
]


class Project:
    """A folder, a sandbox that replays the candles, and freqtrade."""

    def __init__(self, folder: Path, url: str) -> None:
        (folder / "strategies").mkdir()
        self.folder = folder
        self.environment = {**freqtrade_environment(url), "COLUMNS": "300"}

    def configure(self, **freqai: object) -> None:
        """Quick settings, with some of FreqAI's changed."""
        configuration = {
            "add_config_files": [
                str(ROOT / "configs" / "backtest.json"),
                str(ROOT / "configs" / "freqai.json"),
            ],
            "freqai": {
                "identifier": "ensemble",
                "train_period_days": 60,
                "backtest_period_days": 10,
                "save_backtest_models": True,
                "feature_parameters": {"indicator_periods_candles": [14]},
                **freqai,
            },
            "aurum": {
                "targets": {"volatility_candles": 168, "history_candles": [1, 24, 168]},
                "ensemble": {"members": ["linear", "lightgbm", "xgboost"], "least_rows": 500},
                "members": {
                    "lightgbm": {"num_boost_round": 20},
                    "xgboost": {"num_boost_round": 20},
                },
                "promotion": {"floors": {"forward_return": {}, "forward_volatility": {}}},
            },
        }
        (self.folder / "config.json").write_text(json.dumps(configuration))

    def backtest(self) -> subprocess.CompletedProcess[str]:
        """Backtest twenty days of two pairs."""
        config = str(self.folder / "config.json")
        return subprocess.run(
            [
                *(PROGRAM, "backtesting", "--config", config, "--userdir", str(self.folder)),
                *("--strategy-path", str(ROOT / "user_data" / "strategies")),
                *("--freqaimodel-path", str(ROOT / "user_data" / "freqaimodels")),
                *("--datadir", str(CANDLES), "--timerange", "20220301-20220321"),
                *("--pairs", "BTC/USDT", "ETH/USDT", "--cache", "none"),
            ],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=280,
            check=False,
        )

    def forecasts(self, identifier: str = "ensemble") -> pd.DataFrame:
        """Every forecast that was made, by pair and date."""
        folder = self.folder / "models" / identifier / "backtesting_predictions"
        parts = [
            pd.read_feather(file).assign(pair=file.name.split("_")[1])
            for file in sorted(folder.glob("*.feather"))
        ]
        return pd.concat(parts).sort_values(["pair", "date"]).reset_index(drop=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with SandboxServer(SandboxConfig(port=0, replay=ReplayConfig(directory=CANDLES))) as server:
        yield Project(tmp_path_factory.mktemp("ensemble"), server.url)


@pytest.fixture(scope="module")
def first(project) -> pd.DataFrame:
    """The forecasts of a first run."""
    project.configure()
    done = project.backtest()
    assert done.returncode == 0, done.stdout[-3000:]
    assert "Traceback" not in done.stdout
    return project.forecasts()


def test_every_candle_has_a_forecast_and_says_whether_to_act_on_it(first) -> None:
    assert first.groupby("pair").size().to_dict() == {"btc": 480, "eth": 480}
    assert set(column_names(LABELS)) <= set(first)
    assert (first[READINESS] == Readiness.READY).mean() > 0.8
    np.testing.assert_array_equal(first["do_predict"] == 1, first[READINESS] == Readiness.READY)
    for label in LABELS:
        assert first[f"{label}_up"].between(0, 1).all()
        assert first[f"{label}_confidence"].between(0, 1).all()
        assert first[f"{label}_up"].nunique() > 100


def test_a_second_run_reuses_forecasts_and_a_third_the_models(project, first) -> None:
    done = project.backtest()
    assert done.stdout.count("Found backtesting prediction file") == 4
    pd.testing.assert_frame_equal(project.forecasts(), first)
    shutil.rmtree(project.folder / "models" / "ensemble" / "backtesting_predictions")
    done = project.backtest()
    assert done.returncode == 0, done.stdout[-3000:]
    assert "Could not find backtesting prediction file" in done.stdout
    assert "Saving backtest model" not in done.stdout
    pd.testing.assert_frame_equal(project.forecasts(), first)


def test_a_damaged_model_is_trained_anew_to_the_same(project, first) -> None:
    folder = project.folder / "models" / "ensemble"
    damaged = min(folder.glob("sub-train-ETH_*/*_model.aurum"))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    shutil.rmtree(folder / "backtesting_predictions")
    done = project.backtest()
    assert done.returncode == 0, done.stdout[-3000:]
    assert done.stdout.count("Saving backtest model") == 1
    assert "It is set aside and trained anew" in done.stdout
    pd.testing.assert_frame_equal(project.forecasts(), first)


def test_models_need_not_be_kept(project, first) -> None:
    project.configure(identifier="unkept", save_backtest_models=False)
    done = project.backtest()
    assert done.returncode == 0, done.stdout[-3000:]
    assert list((project.folder / "models" / "unkept").glob("**/*.aurum")) == []
    pd.testing.assert_frame_equal(project.forecasts("unkept"), first)


@pytest.mark.parametrize(
    ("freqai", "sentence"),
    [
        ({"continual_learning": True}, "freqai.continual_learning: must be false: each training"),
        ({"keras": True}, "freqai.keras: must be false: no member is a Keras model"),
        (
            {"feature_parameters": {"indicator_periods_candles": [15]}},
            "freqai.identifier: its models and forecasts were made with other settings",
        ),
    ],
)
def test_what_cannot_be_ends_with_one_sentence(project, first, freqai, sentence) -> None:
    project.configure(**freqai)
    done = project.backtest()
    assert done.returncode == 2
    assert sentence in done.stdout.splitlines()[-1]
    assert "Traceback" not in done.stdout
