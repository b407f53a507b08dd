"""A FreqAI model that freqtrade itself finds, trained through FreqAI's own data kitchen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from freqtrade.freqai.data_kitchen import FreqaiDataKitchen
from freqtrade.resolvers.freqaimodel_resolver import FreqaiModelResolver

from aurum_plugins.freqai.preprocessed_model import REPORT
from aurum_plugins.freqai.training_report import TrainingReport

ROOT = Path(__file__).resolve().parents[2]
PAIR = "BTC/USDT"
FEATURES = [f"%-feature_{number}" for number in range(40)]
LABEL = "&-forward_return"


def model_configuration(
    folder: Path,
    model: str = "AurumLightGBMRegressor",
    aurum: dict[str, Any] | None = None,
    freqai: dict[str, Any] | None = None,
    **parameters: Any,
) -> dict[str, Any]:
    """All that a model and its data kitchen ask of a configuration."""
    return {
        "freqaimodel": model,
        "freqaimodel_path": str(ROOT / "user_data" / "freqaimodels"),
        "user_data_dir": folder,
        "timeframe": "1h",
        "exchange": {"pair_whitelist": [PAIR]},
        "aurum": aurum or {},
        "freqai": {
            "enabled": True,
            "identifier": "test",
            "train_period_days": 10,
            "activate_tensorboard": False,
            "data_kitchen_thread_count": 1,
            "feature_parameters": {
                "include_corr_pairlist": [],
                "shuffle_after_split": False,
                **parameters,
            },
            "data_split_parameters": {"test_size": 0.1, "shuffle": False},
            "model_training_parameters": {"n_estimators": 5, "n_jobs": 1, "verbosity": -1},
            **(freqai or {}),
        },
    }


def featured_candles(rows: int, seed: int = 3) -> pd.DataFrame:
    """Rows of random features, and a label that follows the first."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(rows, len(FEATURES))), columns=FEATURES)
    frame[LABEL] = frame[FEATURES[0]] + rng.normal(size=rows)
    frame["date"] = pd.date_range("2024-01-01", periods=rows, freq="1h", tz="UTC")
    return frame


class TrainedModel:
    """A model trained on a frame; on 400 whole rows if none is given."""

    def __init__(self, config: dict[str, Any], frame: pd.DataFrame | None = None) -> None:
        frame = featured_candles(400) if frame is None else frame
        self.model = FreqaiModelResolver.load_freqaimodel(config)
        self.kitchen = FreqaiDataKitchen(config, live=True, pair=PAIR)
        self.kitchen.set_paths(PAIR, 0)
        self.train(frame)

    def train(self, frame: pd.DataFrame) -> None:
        """Train, or train anew."""
        self.kitchen.find_features(frame)
        self.kitchen.find_labels(frame)
        self.model.model = self.model.train(frame, PAIR, self.kitchen)

    def predict(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
        """Forecasts and flags."""
        return self.model.predict(frame, self.kitchen)

    @property
    def report(self) -> TrainingReport:
        """What was left beside the model."""
        path = Path(self.kitchen.data_path) / REPORT
        return TrainingReport.model_validate_json(path.read_text())
