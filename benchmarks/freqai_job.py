"""The job that `ensemble.py` measures: freqtrade's FreqAI example, and the same with our parts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = str(Path(sys.executable).with_name("freqtrade"))
PAIRS = ("SOL/USDT", "XRP/USDT", "ADA/USDT", "DOGE/USDT")
LEADERS = ("BTC/USDT", "ETH/USDT")
TIMERANGE = "20250401-20250501"
TRAININGS = 5 * len(PAIRS)
MEMBERS = ("linear", "random_forest", "lightgbm", "xgboost")

JOB: dict[str, Any] = {
    "dry_run": True,
    "dry_run_wallet": 1_000,
    "stake_currency": "USDT",
    "stake_amount": 200,
    "max_open_trades": 5,
    "trading_mode": "spot",
    "margin_mode": "",
    "timeframe": "5m",
    "entry_pricing": {"price_side": "same", "use_order_book": True, "order_book_top": 1},
    "exit_pricing": {"price_side": "other", "use_order_book": True, "order_book_top": 1},
    "exchange": {
        "name": "binance",
        "ccxt_config": {"options": {"fetchMarkets": {"types": ["spot"]}}},
        "pair_whitelist": list(PAIRS),
        "pair_blacklist": [],
    },
    "pairlists": [{"method": "StaticPairList"}],
}
WINDOWS = {"train_period_days": 15, "backtest_period_days": 7, "live_retrain_hours": 0}
# 569 features: 21 of each of 3 pairs, 3 timeframes and 3 candles, and 2 of the calendar.
STOCK_FREQAI: dict[str, Any] = {
    "enabled": True,
    "purge_old_models": 2,
    **WINDOWS,
    "feature_parameters": {
        "include_timeframes": ["5m", "15m", "1h"],
        "include_corr_pairlist": list(LEADERS),
        "label_period_candles": 20,
        "include_shifted_candles": 2,
        "DI_threshold": 0.9,
        "weight_factor": 0.9,
        "principal_component_analysis": False,
        "use_SVM_to_remove_outliers": True,
        "indicator_periods_candles": [10, 20],
        "plot_feature_importances": 0,
    },
    "data_split_parameters": {"test_size": 0.33, "random_state": 1},
}
OUR_FREQAI: dict[str, Any] = {
    **WINDOWS,
    # Of AurumLightGBMRegressor: the ensemble has its own.
    "model_training_parameters": {
        "n_estimators": 300,
        "learning_rate": 0.03,
        "num_leaves": 15,
        "min_child_samples": 50,
        "random_state": 0,
        "n_jobs": 1,
        "verbosity": -1,
    },
    "feature_parameters": {
        "include_timeframes": ["5m", "1h"],
        "include_corr_pairlist": [],
        "label_period_candles": 20,
        "indicator_periods_candles": [10, 20],
    },
}
# The example can go short, which spot markets refuse.
STOCK_STRATEGY = """\
from freqtrade.templates.FreqaiExampleStrategy import FreqaiExampleStrategy


class SpotExampleStrategy(FreqaiExampleStrategy):
    can_short = False
"""


def configuration(
    who: str,
    model: str,
    *,
    lstm: bool,
    stock_threads: int | None = None,
    own_features: bool = False,
) -> dict[str, Any]:
    """freqtrade's configuration for one of the two.

    `stock_threads` None is as many as cores. With `own_features` ours is AurumStrategy with its
    features and both labels; else it is stock's strategy, and nothing but the model differs.
    """
    members = [*MEMBERS, "lstm"] if lstm else list(MEMBERS)
    ensemble = {"ensemble": {"members": members}} if model == "AurumEnsemble" else {}
    if who == "ours" and own_features:
        both = ["forward_return", "forward_volatility"]
        # AurumLightGBMRegressor takes one label.
        include = both if model == "AurumEnsemble" else both[1:]
        return {
            "add_config_files": [str(ROOT / "configs" / "freqai.json")],
            **JOB,
            "strategy": "AurumStrategy",
            "freqaimodel": model,
            "freqai": {**OUR_FREQAI, "identifier": who},
            "aurum": {
                "features": {"market_pairs": [*LEADERS, *PAIRS]},
                "targets": {"include": include},
                **ensemble,
            },
        }
    threads = {} if stock_threads is None or who == "ours" else {"n_jobs": stock_threads}
    return {
        **JOB,
        "strategy": "SpotExampleStrategy",
        "freqaimodel": model if who == "ours" else "LightGBMRegressor",
        "freqai": {**STOCK_FREQAI, "identifier": who, "model_training_parameters": threads},
        **({"aurum": ensemble} if who == "ours" else {}),
    }


def command(folder: Path, datadir: Path, who: str, model: str, **options: Any) -> list[str]:
    """Write what a run needs into `folder`, and return its command line.

    `options` are those of `configuration`.
    """
    strategies, models = folder / "strategies", ROOT / "user_data" / "freqaimodels"
    strategies.mkdir(parents=True)
    (strategies / "SpotExampleStrategy.py").write_text(STOCK_STRATEGY)
    written = configuration(who, model, **options)
    if written["strategy"] == "AurumStrategy":
        strategies = ROOT / "user_data" / "strategies"
    config = folder / "config.json"
    config.write_text(json.dumps(written))
    places = ("--strategy-path", str(strategies), "--freqaimodel-path", str(models))
    job = ("--datadir", str(datadir), "--timerange", TIMERANGE, "--cache", "none")
    quiet = ("--export", "none", "--no-color")
    start = [PROGRAM, "backtesting", "-c", str(config), "--userdir", str(folder)]
    return [*start, *places, *job, *quiet]
