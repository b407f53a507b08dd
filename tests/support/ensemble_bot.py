"""AurumEnsemble and AurumStrategy as freqtrade finds them, driven through FreqAI candle by candle.

Everything of FreqAI is real but its thread, which is called by hand, and the exchange behind the
data provider.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from freqtrade.enums import RunMode
from freqtrade.freqai.data_kitchen import FreqaiDataKitchen
from freqtrade.resolvers import StrategyResolver
from freqtrade.resolvers.freqaimodel_resolver import FreqaiModelResolver

from aurum_plugins.clock import HOUR_MS, WallClock

ROOT = Path(__file__).resolve().parents[2]
PAIRS = ("BTC/USDT", "ETH/USDT")
HORIZON = 4
# Two windows.
BACKTEST_DAYS = 20
LABELS = ("&-forward_return", "&-forward_volatility")
# Few trees, short memories: quick, and every part is there.
AURUM: dict[str, Any] = {
    "breakout": {
        "entry_candles": 12,
        "exit_candles": 6,
        "atr_candles": 5,
        "volatility_candles": 8,
    },
    "features": {"include": ["rsi", "body", "close_location", "parkinson", "calendar"]},
    "targets": {
        "volatility_candles": 48,
        "history_candles": [1, 4, 24],
        "season_candles": 24,
        "seasons": 2,
    },
    "preprocessing": {"n_features": 6, "outlier_share": 0},
    "ensemble": {
        "members": ["linear", "lightgbm", "random_forest"],
        "least_rows": 300,
        "folds": 2,
        "record_candles": 60,
    },
    "members": {"lightgbm": {"num_boost_round": 8}, "random_forest": {"n_estimators": 5}},
    "drift": {"loss_candles": 100, "input_candles": 50},
    # Whether a model of so little data is any good is not what these tests ask.
    "promotion": {
        "floors": {"forward_return": {}, "forward_volatility": {}},
        "least_judged_rows": 2,
        "tolerance": 10,
    },
}


def merged(given: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Lay `more` over `given`, section by section, without changing either."""
    out = dict(given)
    for key, value in more.items():
        known = out.get(key)
        both = isinstance(known, dict) and isinstance(value, dict)
        out[key] = merged(known, value) if both else value
    return out


def hourly_candles(rows: int, seed: int, end: pd.Timestamp) -> pd.DataFrame:
    """Candles whose volatility comes in spells, the last of which closed at `end`."""
    rng = np.random.default_rng(seed)
    log_spell = np.zeros(rows)
    for row in range(1, rows):
        log_spell[row] = 0.97 * log_spell[row - 1] + 0.2 * rng.normal()
    close = 100 * np.exp(np.cumsum(0.005 * np.exp(log_spell) * rng.normal(size=rows)))
    opens = np.concatenate([close[:1], close[:-1]])
    wick = np.exp(0.002 * np.exp(log_spell) * rng.exponential(size=(2, rows)))
    return pd.DataFrame(
        {
            "date": pd.date_range(end=end - pd.Timedelta("1h"), periods=rows, freq="1h").as_unit(
                "ms"
            ),
            "open": opens,
            "high": np.maximum(opens, close) * wick[0],
            "low": np.minimum(opens, close) / wick[1],
            "close": close,
            "volume": rng.lognormal(3, 1, rows),
        }
    )


def coarser(candles: pd.DataFrame, length: pd.Timedelta) -> pd.DataFrame:
    """The same candles of another length, each once its last hour has closed."""
    how = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    until = candles["date"].iloc[-1] + pd.Timedelta("1h")
    frame = candles.set_index("date").resample(length).agg(how).dropna().reset_index()
    return frame[frame["date"] + length <= until]


def configuration(
    folder: Path, aurum: dict[str, Any] | None = None, freqai: dict[str, Any] | None = None
) -> dict[str, Any]:
    """All that strategy, model and data kitchen ask of a configuration."""
    file = folder / "config.json"
    file.write_text("{}")
    section = {
        "enabled": True,
        "identifier": "test",
        "train_period_days": 40,
        "backtest_period_days": 10,
        "live_retrain_hours": 1,
        "expiration_hours": 0,
        "purge_old_models": 2,
        "activate_tensorboard": False,
        "data_kitchen_thread_count": 1,
        "feature_parameters": {
            "include_timeframes": ["1h"],
            "include_corr_pairlist": [],
            "indicator_periods_candles": [5, 14],
            "include_shifted_candles": 0,
            "label_period_candles": HORIZON,
            "buffer_train_data_candles": 0,
        },
        "data_split_parameters": {"test_size": 0, "shuffle": False},
        "model_training_parameters": {},
    }
    return {
        "strategy": "AurumStrategy",
        "strategy_path": str(ROOT / "user_data" / "strategies"),
        "freqaimodel": "AurumEnsemble",
        "freqaimodel_path": str(ROOT / "user_data" / "freqaimodels"),
        "user_data_dir": folder,
        "datadir": folder,
        "config_files": [str(file)],
        "timeframe": "1h",
        "exchange": {"pair_whitelist": list(PAIRS)},
        "aurum": merged(AURUM, aurum or {}),
        "freqai": merged(section, freqai or {}),
    }


class Provider:
    """freqtrade's data provider: candles that have closed, and messages that were sent."""

    def __init__(self, candles: dict[str, pd.DataFrame], runmode: RunMode) -> None:
        self.candles = candles
        self.runmode = runmode
        self.seen = min(map(len, candles.values()))
        self.longest: int | None = None
        self.messages: list[str] = []

    def get_pair_dataframe(self, pair: str, timeframe: str = "1h") -> pd.DataFrame:
        """Candles of a pair, oldest first; of a coarser timeframe those that are complete."""
        closed = self.candles[pair].iloc[: self.seen]
        if timeframe != "1h":
            closed = coarser(closed, pd.Timedelta(timeframe))
        start = 0 if self.longest is None else max(0, len(closed) - self.longest)
        return closed.iloc[start:].reset_index(drop=True)

    def current_whitelist(self) -> list[str]:
        """Every pair."""
        return list(self.candles)

    def send_msg(self, message: str, *, always_send: bool = False) -> None:
        """Keep a message."""
        assert always_send
        self.messages.append(message)


class EnsembleBot:
    """A bot without exchange: `train` and `candle` do what its two threads do.

    Parameters
    ----------
    config : dict
        As of `configuration`.
    rows : int
        Candles of each pair, the last closed just now.
    runmode : RunMode
    """

    def __init__(
        self, config: dict[str, Any], rows: int = 1_100, runmode: RunMode = RunMode.DRY_RUN
    ) -> None:
        self.now = pd.Timestamp.now("UTC").floor("1h")
        first = self.now - pd.Timedelta(days=BACKTEST_DAYS)
        timerange = f"{int(first.timestamp())}-{int(self.now.timestamp())}"
        self.config = {**config, "timerange": timerange}
        candles = {pair: hourly_candles(rows, seed, self.now) for seed, pair in enumerate(PAIRS)}
        self.provider = Provider(candles, runmode)
        self.start()

    def start(self) -> None:
        """Start, or start again on the same folder."""
        self.strategy = StrategyResolver.load_strategy(self.config)
        self.model = FreqaiModelResolver.load_freqaimodel(self.config)
        self.strategy.dp, self.strategy.freqai = self.provider, self.model
        self.model.scanning = True
        self.model.live = self.live
        self.model.data_provider = self.provider
        if self.live:
            timeframes = self.config["freqai"]["feature_parameters"]["include_timeframes"]
            self.model.dd.historic_data = {
                pair: {name: self.provider.get_pair_dataframe(pair, name) for name in timeframes}
                for pair in self.provider.candles
            }

    @property
    def live(self) -> bool:
        """Whether it is a running bot."""
        return self.provider.runmode is not RunMode.BACKTEST

    @property
    def folder(self) -> Path:
        """Of the identifier's models."""
        return Path(self.model.full_path)

    @property
    def messages(self) -> list[str]:
        """What was sent to the user since this was last asked."""
        sent, self.provider.messages[:] = list(self.provider.messages), []
        return sent

    def kitchen(self, pair: str) -> FreqaiDataKitchen:
        """FreqAI's own, as it makes one for each candle and training."""
        return FreqaiDataKitchen(self.config, self.live, pair)

    def train(self, pair: str = PAIRS[0]) -> None:
        """What FreqAI's thread does when a training is due; raises what it would log."""
        self.model.dd.set_pair_dict_info({"pair": pair})
        kitchen = self.kitchen(pair)
        _, window, load = kitchen.check_if_new_training_required(0)
        latest = max(entry["trained_timestamp"] for entry in self.model.dd.pair_dict.values())
        # Trainings in one second would share a folder.
        window.stopts = max(window.stopts, latest + 1)
        kitchen.set_paths(pair, window.stopts)
        self.model.extract_data_and_train_model(window, pair, self.strategy, kitchen, load)

    def candle(self, pair: str = PAIRS[0]) -> pd.Series:
        """What the strategy gets back for the latest closed candle."""
        return self.answer(pair).iloc[-1]

    def answer(self, pair: str = PAIRS[0]) -> pd.DataFrame:
        """The same for every row of its frame."""
        frame = self.provider.get_pair_dataframe(pair)
        return self.model.start(frame, {"pair": pair}, self.strategy)

    def at(self, rows: int, monkeypatch: Any) -> None:
        """Go to the moment at which so many candles have closed."""
        self.provider.seen = rows
        closed = self.provider.candles[PAIRS[0]]["date"].iloc[rows - 1]
        now_ms = int(closed.timestamp() * 1_000) + HOUR_MS
        monkeypatch.setattr(WallClock, "now_ms", lambda _: now_ms)
