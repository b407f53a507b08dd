"""FreqAI with our features and preprocessing: backtests on real candles, and a running bot."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from freqtrade_process import ROOT, FreqtradeProcess, run_freqtrade, wait_for

from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.sandbox import ReplayConfig, SandboxConfig, SandboxServer

CANDLES = ROOT.parent / "shared" / "data" / "binance-1h"
# Binance stood still: one candle without volume, then one that is missing.
OUTAGE = pd.Timestamp("2023-03-24 12:00", tz="UTC")
# One label, as the model takes no more; and not so much of its past that a month is lost to it.
SHORT_TARGETS = {
    "include": ["forward_volatility"],
    "volatility_candles": 168,
    "history_candles": [1, 24],
    "season_candles": 24,
    "seasons": 2,
}

pytestmark = pytest.mark.acceptance


def forecasts(models: Path) -> pd.DataFrame:
    """Every forecast that FreqAI made in a backtest, by date and pair."""
    files = sorted(models.glob("backtesting_predictions/*.feather"))
    parts = [pd.read_feather(file).assign(pair=file.name.split("_")[1]) for file in files]
    return pd.concat(parts, ignore_index=True)


@pytest.mark.skipif(not CANDLES.is_dir(), reason=f"real candles are not at {CANDLES}")
def test_the_stock_model_backtests_behind_our_preprocessing(tmp_path) -> None:
    (tmp_path / "strategies").mkdir()
    configuration = {
        "add_config_files": [
            str(ROOT / "configs" / "backtest.json"),
            str(ROOT / "configs" / "freqai.json"),
        ],
        "freqaimodel": "AurumLightGBMRegressor",
        "freqai": {
            "identifier": "outage",
            "train_period_days": 60,
            "backtest_period_days": 15,
            "model_training_parameters": {"n_jobs": 1, "verbosity": -1},
        },
        "aurum": {"targets": SHORT_TARGETS},
    }
    (tmp_path / "config.json").write_text(json.dumps(configuration))
    with SandboxServer(SandboxConfig(port=0, replay=ReplayConfig(directory=CANDLES))) as server:
        printed = run_freqtrade(
            "backtesting",
            *("--config", str(tmp_path / "config.json"), "--userdir", str(tmp_path)),
            *("--strategy-path", str(ROOT / "user_data" / "strategies")),
            *("--freqaimodel-path", str(ROOT / "user_data" / "freqaimodels")),
            *("--datadir", str(CANDLES), "--timerange", "20230315-20230414"),
            *("--pairs", "BTC/USDT", "ETH/USDT", "--cache", "none"),
            **{**freqtrade_environment(server.url), "COLUMNS": "300"},
        )
    assert "Backtesting report" in printed or "BACKTESTING REPORT" in printed
    assert printed.count("and 26 of ") == 4  # two pairs, two trainings each
    made = forecasts(tmp_path / "models" / "outage")
    assert set(made["pair"]) == {"btc", "eth"}
    assert np.isfinite(made["&-forward_volatility"]).all()

    after = (made["date"] - OUTAGE) / pd.Timedelta(hours=1)
    refused = made["do_predict"] == 0
    # freqtrade fills the hole with candles that nobody traded; none of them is believed, nor is
    # what is computed from windows of which they make up more than a tenth: up to a day.
    assert refused[(after >= 0) & (after < 24)].all()
    assert not refused[(after < 0) | (after > 30)].any()


@pytest.fixture
def identifier() -> Iterator[str]:
    name = "test-of-a-running-bot"
    folder = ROOT / "user_data" / "models" / name
    shutil.rmtree(folder, ignore_errors=True)
    yield name
    shutil.rmtree(folder, ignore_errors=True)


def test_a_running_bot_trains_and_forecasts(tmp_path, identifier) -> None:
    pairs = ["BTC/USDT", "ETH/USDT"]
    overlay = {
        "freqaimodel": "AurumLightGBMRegressor",
        "add_config_files": [
            str(ROOT / "configs" / "sandbox.json"),
            str(ROOT / "configs" / "freqai.json"),
        ],
        "exchange": {"pair_whitelist": pairs},
        "freqai": {
            "identifier": identifier,
            "train_period_days": 1,
            "live_retrain_hours": 1,
            "feature_parameters": {
                "include_timeframes": ["1m", "5m"],
                "indicator_periods_candles": [10],
                "label_period_candles": 10,
            },
            "model_training_parameters": {"n_estimators": 20, "n_jobs": 1, "verbosity": -1},
        },
        "aurum": {
            "features": {"market_pairs": pairs},
            "targets": {**SHORT_TARGETS, "volatility_candles": 60},
        },
    }

    def last_forecast(bot: FreqtradeProcess, pair: str) -> pd.Series | None:
        answer = bot.get("pair_candles", pair=pair, timeframe="1m", limit=5)
        seen = pd.DataFrame(answer["data"], columns=answer["columns"] or None)
        if "do_predict" not in seen:
            return None
        return seen.iloc[-1] if seen["do_predict"].iloc[-1] == 1 else None

    with (
        SandboxServer(SandboxConfig(port=0)) as server,
        FreqtradeProcess(tmp_path, server.url, overlay) as bot,
    ):
        for pair in pairs:
            found = wait_for(
                f"forecast of {pair}",
                lambda pair=pair: [f for f in [last_forecast(bot, pair)] if f is not None],
                200,
                every=2,
            )
            forecast = found[0]["&-forward_volatility"]
            assert np.isfinite(forecast)
            assert forecast != 0
        log = bot.log.read_text()
    models = ROOT / "user_data" / "models" / identifier
    reports = [
        json.loads(path.read_text()) for path in models.glob("sub-train-*/data_quality.json")
    ]
    assert len(reports) >= len(pairs)
    assert all(sum(c["selected"] for c in report["fit"]["columns"]) == 26 for report in reports)
    # Months of candles of the market pairs were there as well, so hardly a row was lost.
    assert all(report["rows_whole"] > 1_200 for report in reports)
    assert "Traceback" not in log
