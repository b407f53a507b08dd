"""A model of FreqAI that does as little as it lets it, behind our preprocessing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from datasieve.pipeline import Pipeline
from datasieve.transforms import SKLearnWrapper, VarianceThreshold
from sklearn.preprocessing import MinMaxScaler

from aurum_plugins.freqai import PreprocessedModel
from aurum_plugins.freqai.preprocessed_model import STEP

PAIR = "BTC/USDT"
LABELS = ["&-label"]


class Stock:
    """Fits the pipeline when it trains, and flags rows when it predicts."""

    def __init__(self, config: dict[str, Any], **kwargs: Any) -> None:
        self.config, self.kwargs = config, kwargs
        self._folder = TemporaryDirectory()
        self.full_path = Path(self._folder.name)
        self.outliers = config.get("outliers", [])
        self.forecasts: Any = None
        self.flags: Any = None
        self.asked: dict[str, Any] = {}
        self.threads = 0

    def define_data_pipeline(self, threads: int = -1) -> Pipeline:
        self.threads = threads
        scaler = SKLearnWrapper(MinMaxScaler(feature_range=(-1, 1)))
        own = [("const", VarianceThreshold(threshold=0)), ("scaler", scaler)]
        return Pipeline([*own, *((name, VarianceThreshold()) for name in self.outliers)], {})

    def train(self, unfiltered_df: pd.DataFrame, pair: str, dk: Any, **kwargs: Any) -> str:
        self.asked = kwargs
        dk.feature_pipeline = self.define_data_pipeline(threads=dk.thread_count)
        # As FreqAI does: names that the frame has not are passed over.
        features = unfiltered_df.filter(dk.training_features_list)
        whole = np.isfinite(features).all(axis=1) & unfiltered_df[LABELS[0]].notna()
        fitted = dk.feature_pipeline.fit_transform(
            features[whole], unfiltered_df.loc[whole, LABELS], np.ones(whole.sum())
        )
        dk.fitted_on = fitted[0]
        return f"model of {pair}"

    def predict(self, unfiltered_df: pd.DataFrame, dk: Any, **kwargs: Any) -> Any:
        self.asked = kwargs
        dk.predicted_on = unfiltered_df
        missing = unfiltered_df.filter(like="%").isna().any(axis=1)
        dk.data["filter_drop_index_prediction"] = missing
        # What the base models of FreqAI do: the outlier vector in the place of the filter's.
        dk.do_predict = self.flags
        return self.forecasts, dk.do_predict


class Ours(PreprocessedModel, Stock):
    pass


def config_of(freqai: dict[str, Any] | None = None, **preprocessing: Any) -> dict[str, Any]:
    settings = {"n_features": 2, **preprocessing}
    return {"freqai": freqai or {}, "aurum": {"preprocessing": settings}}


@pytest.fixture(scope="session")
def stock() -> type[Stock]:
    return Stock


@pytest.fixture(scope="session")
def ours() -> Callable[..., Ours]:
    """`ours(freqai=None, outliers=(), **preprocessing)`."""

    def build(freqai: dict[str, Any] | None = None, outliers: Any = (), **settings: Any) -> Ours:
        return Ours({**config_of(freqai, **settings), "outliers": outliers})

    return build


@pytest.fixture(scope="session")
def features() -> Callable[..., pd.DataFrame]:
    """`features(rows)`: three features, and a label that follows the first."""

    def build(rows: int) -> pd.DataFrame:
        rng = np.random.default_rng(1)
        frame = pd.DataFrame(rng.normal(size=(rows, 3)), columns=["%-a", "%-b", "%-c"])
        return frame.assign(**{LABELS[0]: frame["%-a"]})

    return build


@pytest.fixture
def kitchen(tmp_path: Path) -> Callable[..., SimpleNamespace]:
    """`kitchen(model=None)`: what FreqAI keeps of one pair; with a model, as if it had trained."""

    def build(model: Ours | None = None) -> SimpleNamespace:
        names = ["%-a", "%-b", "%-c"]
        dk = SimpleNamespace(data={}, data_path=tmp_path, pair=PAIR, thread_count=1)
        dk.training_features_list, dk.label_list = names, LABELS
        if model is not None:
            dk.feature_pipeline = model.define_data_pipeline()
            dk.feature_pipeline.features_in = names
            assert dk.feature_pipeline[STEP] is not None
        return dk

    return build
