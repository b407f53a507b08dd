"""Bots on many pairs of one-minute candles: ours with and without models, and stock ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aurum_plugins.sandbox.listed_instruments import listed_instruments
from aurum_plugins.soak.sandboxed_bot import SandboxedBot

ROOT = Path(__file__).resolve().parents[1]
STRATEGIES = ROOT / "benchmarks" / "timed_loops"
# As freqai.json, in minutes where it has hours.
FREQAI: Mapping[str, Any] = {
    "identifier": "load",
    "train_period_days": 2,
    "backtest_period_days": 1,
    "live_retrain_hours": 1,
    "expiration_hours": 24,
    "feature_parameters": {
        "include_timeframes": ["1m", "5m"],
        "include_corr_pairlist": [],
        "indicator_periods_candles": [14, 50],
        "label_period_candles": 10,
    },
}
LINES = "loops.jsonl"
MEMBERS = ("linear", "random_forest", "lightgbm", "xgboost")  # the LSTM is an extra
OURS: Mapping[str, Any] = {
    "features": {"market_pairs": [f"{name}/USDT" for name in ("BTC", "ETH", "SOL", "XRP", "BNB")]},
    "targets": {"volatility_candles": 60, "season_candles": 60, "seasons": 4},
    "ensemble": {"members": list(MEMBERS)},
}
STOCK_FREQAI: Mapping[str, Any] = {
    **FREQAI,
    "enabled": True,
    "activate_tensorboard": False,
    "purge_old_models": 2,
    "feature_parameters": {**FREQAI["feature_parameters"], "include_shifted_candles": 2},
    "data_split_parameters": {"test_size": 0.25, "shuffle": False},
    "model_training_parameters": {"n_jobs": 1, "verbosity": -1},
}


@dataclass(frozen=True)
class Kind:
    """A way to trade.

    `configs` are files of `configs/` on top of `sandbox.json`; `overlay`, settings on top of those;
    `freqai` says whether there are models to wait for.
    """

    title: str
    strategy: str
    configs: tuple[str, ...] = ()
    overlay: Mapping[str, Any] = field(default_factory=dict)
    freqai: bool = False


KINDS: Mapping[str, Kind] = {
    "stock": Kind("stock freqtrade, a breakout", "TimedStockBreakout"),
    "ours": Kind("AurumStrategy, no models", "TimedAurumStrategy"),
    "stock-models": Kind(
        "stock FreqAI's example, LightGBMRegressor, a model a pair",
        "TimedFreqaiExample",
        overlay={"freqai": STOCK_FREQAI, "freqaimodel": "LightGBMRegressor"},
        freqai=True,
    ),
    "models": Kind(
        "AurumStrategy, AurumEnsemble, a model a pair",
        "TimedAurumStrategy",
        ("freqai.json",),
        {"freqai": FREQAI, "aurum": OURS},
        freqai=True,
    ),
    "universe": Kind(
        "AurumStrategy, AurumEnsemble, one model of all pairs",
        "TimedAurumStrategy",
        ("freqai.json", "freqai_universe.json"),
        {"freqai": {**FREQAI, "identifier": "load-universe"}, "aurum": OURS},
        freqai=True,
    ),
}


def pair_bot(folder: Path, url: str, kind: Kind, pairs: int) -> SandboxedBot:
    """A bot, still to be started, of so many pairs of a sandbox.

    Parameters
    ----------
    folder : pathlib.Path
        Takes configuration, databases, models and logs.
    url : str
        Of the sandbox.
    kind : Kind
    pairs : int
    """
    bot = SandboxedBot(folder, url, ROOT, live=False)
    bot.config["add_config_files"] += [str(ROOT / "configs" / name) for name in kind.configs]
    bot.config["loop_times"] = {"lines": str(folder / LINES)}
    names = [instrument.pair for instrument in listed_instruments(pairs)]
    bot.config["exchange"]["pair_whitelist"] = names
    bot.config |= {
        "strategy": kind.strategy,
        "strategy_path": str(STRATEGIES),
        "freqaimodel_path": str(ROOT / "user_data" / "freqaimodels"),
        # freqtrade's own default.
        "internals": {"process_throttle_secs": 5, "heartbeat_interval": 1},
    }
    overlay = json.loads(json.dumps(kind.overlay))
    bot.config["aurum"] |= overlay.pop("aurum", {})
    bot.config |= overlay
    # Models are kept where the bot's other files are.
    bot.user_data = folder / "user_data"
    (bot.user_data / "data").mkdir(parents=True, exist_ok=True)
    return bot
