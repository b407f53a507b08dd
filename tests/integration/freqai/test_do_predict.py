"""Rows that lack a feature are refused, through the real classes of FreqAI."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from freqtrade.freqai.data_kitchen import FreqaiDataKitchen
from freqtrade.resolvers.freqaimodel_resolver import FreqaiModelResolver

ROOT = Path(__file__).resolve().parents[3]
PAIR = "BTC/USDT"
FEATURES = [f"%-feature_{number}" for number in range(40)]
LABEL = "&-forward_return"
DAMAGE = {"nan": np.nan, "inf": np.inf, "minus_inf": -np.inf}


def configuration(folder: Path, model: str) -> dict:
    return {
        "freqaimodel": model,
        "freqaimodel_path": str(ROOT / "user_data" / "freqaimodels"),
        "user_data_dir": folder,
        "timeframe": "1h",
        "exchange": {"pair_whitelist": [PAIR]},
        "freqai": {
            "enabled": True,
            "identifier": "test",
            "train_period_days": 10,
            "activate_tensorboard": False,
            "data_kitchen_thread_count": 1,
            "feature_parameters": {"include_corr_pairlist": [], "shuffle_after_split": False},
            "data_split_parameters": {"test_size": 0.1, "shuffle": False},
            "model_training_parameters": {"n_estimators": 5, "n_jobs": 1, "verbosity": -1},
        },
    }


def candles(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(rows, len(FEATURES))), columns=FEATURES)
    frame[LABEL] = frame[FEATURES[0]] + rng.normal(size=rows)
    frame["date"] = pd.date_range("2024-01-01", periods=rows, freq="1h", tz="UTC")
    return frame


class Trained:
    """A FreqAI model, found by freqtrade and trained on 400 whole rows."""

    def __init__(self, folder: Path, name: str) -> None:
        config = configuration(folder, name)
        self.model = FreqaiModelResolver.load_freqaimodel(config)
        self.kitchen = FreqaiDataKitchen(config, live=True, pair=PAIR)
        self.kitchen.set_paths(PAIR, 0)
        frame = candles(400)
        self.kitchen.find_features(frame)
        self.kitchen.find_labels(frame)
        self.model.model = self.model.train(frame, PAIR, self.kitchen)

    def predict(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
        return self.model.predict(frame, self.kitchen)


@pytest.fixture
def ours(tmp_path) -> Trained:
    return Trained(tmp_path, "AurumLightGBMRegressor")


@pytest.mark.parametrize("value", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("column", [0, 39])
def test_a_row_with_a_missing_or_infinite_feature_is_refused(ours, value, column) -> None:
    frame = candles(20)
    frame.loc[7, FEATURES[column]] = value
    forecasts, do_predict = ours.predict(frame)
    assert do_predict.tolist() == [0 if row == 7 else 1 for row in range(20)]
    assert len(forecasts) == 20
    assert np.isfinite(forecasts.to_numpy()).all()


@pytest.mark.parametrize("value", DAMAGE.values(), ids=DAMAGE)
def test_stock_freqai_forgets_that_the_row_was_incomplete(tmp_path, value) -> None:
    # The reason for all of this. If it fails, freqtrade has mended its hole.
    stock = Trained(tmp_path, "LightGBMRegressor")
    frame = candles(20)
    frame.loc[7, FEATURES[0]] = value
    _, do_predict = stock.predict(frame)
    assert do_predict[7] == 1


def test_a_live_bot_s_single_row_is_refused(ours) -> None:
    frame = candles(20)
    frame.loc[19, FEATURES[3]] = np.nan
    _, do_predict = ours.predict(frame.iloc[-1:])
    assert do_predict.tolist() == [0]


def test_a_row_of_nothing_is_refused(ours) -> None:
    frame = candles(5)
    frame.loc[2, FEATURES] = np.nan
    _, do_predict = ours.predict(frame)
    assert do_predict.tolist() == [1, 1, 0, 1, 1]


@pytest.mark.parametrize("value", [np.nan, np.inf], ids=["nan", "inf"])
def test_a_forecast_that_is_not_finite_is_never_acted_on(ours, value) -> None:
    class Broken:
        def predict(self, features):
            out = np.zeros(len(features))
            out[1] = value
            return out

    ours.model.model = Broken()
    try:
        _, do_predict = ours.predict(candles(3))
    except ValueError as error:
        # FreqAI's own label pipeline refuses infinity, for the whole frame.
        assert "infinity" in str(error)  # noqa: PT017
    else:
        assert do_predict.tolist() == [1, 0, 1]


def test_a_column_that_is_missing_is_an_error_that_names_it(ours) -> None:
    with pytest.raises(Exception, match="feature_5"):
        ours.predict(candles(5).drop(columns=FEATURES[5]))


def test_training_gives_26_features_and_leaves_a_report(ours) -> None:
    assert ours.kitchen.data_dictionary["train_features"].shape[1] == 26
    assert np.isfinite(ours.kitchen.data_dictionary["train_features"].to_numpy()).all()
    report = json.loads((Path(ours.kitchen.data_path) / "data_quality.json").read_text())
    assert report["rows"] == 360
    assert sum(column["selected"] for column in report["columns"]) == 26


def test_training_on_damaged_rows_leaves_them_out(tmp_path) -> None:
    trained = Trained(tmp_path, "AurumLightGBMRegressor")
    frame = candles(400)
    frame.loc[10:20, FEATURES[2]] = np.inf
    frame.loc[30, LABEL] = np.nan
    trained.model.train(frame, PAIR, trained.kitchen)
    train = trained.kitchen.data_dictionary["train_features"]
    assert np.isfinite(train.to_numpy()).all()
    assert trained.kitchen.data["filter_drop_index_training"].sum() == 11
