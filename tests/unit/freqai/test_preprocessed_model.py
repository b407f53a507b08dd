"""The mixin, before a model that does as little as FreqAI lets it."""

from __future__ import annotations

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from datasieve.pipeline import Pipeline

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.freqai import PreprocessedModel
from aurum_plugins.freqai.preprocessed_model import REPORT, STEP
from aurum_plugins.preprocessing import AurumPreprocessing, FitReport, PreprocessingError

PAIR = "BTC/USDT"


class Stock:
    """A model of FreqAI: fits the pipeline when it trains, and flags rows when it predicts."""

    def __init__(self, **settings: Any) -> None:
        self.config = {"aurum": {"preprocessing": {"n_features": 2, **settings}}}
        self.forecasts = pd.DataFrame()
        self.flags: Any = None
        self.asked: dict[str, Any] = {}

    def train(self, unfiltered_df: pd.DataFrame, pair: str, dk: Any, **kwargs: Any) -> str:
        self.asked = kwargs
        dk.feature_pipeline = self.define_data_pipeline(threads=dk.thread_count)
        labels = pd.DataFrame({"&-label": unfiltered_df["%-a"]})
        dk.fitted_on = dk.feature_pipeline.fit_transform(
            unfiltered_df.filter(like="%"), labels, np.ones(len(labels))
        )[0]
        return f"model of {pair}"

    def predict(self, unfiltered_df: pd.DataFrame, dk: Any, **kwargs: Any) -> Any:
        self.asked = kwargs
        missing = unfiltered_df.filter(like="%").isna().any(axis=1)
        dk.data["filter_drop_index_prediction"] = missing
        # What the base models of FreqAI do: the outlier vector in the place of the filter's.
        dk.do_predict = self.flags
        return self.forecasts, dk.do_predict


class Ours(PreprocessedModel, Stock):
    pass


def kitchen(folder: Path = Path()) -> SimpleNamespace:
    return SimpleNamespace(data={}, data_path=folder, pair=PAIR, thread_count=1)


def features(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(rng.normal(size=(rows, 3)), columns=["%-a", "%-b", "%-c"])


def flags_of(frame: pd.DataFrame, forecasts: pd.DataFrame, flags: Any) -> np.ndarray:
    model, dk = Ours(), kitchen()
    model.forecasts, model.flags = forecasts, flags
    got, do_predict = model.predict(frame, dk)
    assert got is forecasts
    assert dk.do_predict is do_predict
    assert do_predict.shape == (len(frame),)
    assert do_predict.dtype.kind == "i"
    return do_predict


class TestTraining:
    def test_the_pipeline_is_our_step_with_the_configured_parameters(self) -> None:
        pipeline = Ours(n_features=5, clip_width=3.0).define_data_pipeline(threads=4)
        assert isinstance(pipeline, Pipeline)
        assert [name for name, _ in pipeline.steps] == [STEP]
        step = pipeline[STEP]
        assert isinstance(step, AurumPreprocessing)
        assert (step.preprocessor.n_features, step.preprocessor.clip_width) == (5, 3.0)

    def test_pipelines_share_nothing(self) -> None:
        model = Ours()
        one, other = model.define_data_pipeline(), model.define_data_pipeline()
        assert one[STEP] is not other[STEP]
        assert one[STEP].preprocessor is not other[STEP].preprocessor

    def test_a_wrong_setting_is_refused_by_name(self) -> None:
        with pytest.raises(ConfigurationError, match=r"^aurum\.preprocessing\.clip_width: "):
            Ours(clip_width=0.0).define_data_pipeline()

    def test_the_model_is_trained_on_the_selected_features(self, tmp_path) -> None:
        model, dk = Ours(), kitchen(tmp_path)
        assert model.train(features(200), PAIR, dk, seed=3) == "model of BTC/USDT"
        assert model.asked == {"seed": 3}
        assert dk.fitted_on.shape[1] == 2

    def test_a_report_is_left_beside_the_model(self, tmp_path) -> None:
        dk = kitchen(tmp_path / "sub-train-BTC_1")
        Ours().train(features(200), PAIR, dk)
        assert [path.name for path in dk.data_path.iterdir()] == [REPORT]
        report = FitReport.model_validate_json((dk.data_path / REPORT).read_text())
        assert report == dk.feature_pipeline[STEP].preprocessor.fit_report_
        assert report.rows == 200
        assert [column.name for column in report.columns] == ["%-a", "%-b", "%-c"]
        assert list(report.selected) == list(dk.fitted_on.columns)
        assert "%-a" in report.selected

    def test_the_report_of_a_later_fit_takes_the_place_of_the_earlier(self, tmp_path) -> None:
        model, dk = Ours(), kitchen(tmp_path)
        for rows in (200, 150):
            model.train(features(rows), PAIR, dk)
        assert FitReport.model_validate_json((tmp_path / REPORT).read_text()).rows == 150

    def test_a_failed_fit_leaves_no_report(self, tmp_path) -> None:
        with pytest.raises(PreprocessingError):
            Ours().train(features(200) * np.nan, PAIR, kitchen(tmp_path))
        assert list(tmp_path.iterdir()) == []


class TestPrediction:
    def test_only_whole_rows_that_nobody_refused_may_be_used(self) -> None:
        frame = features(6)
        frame.loc[[1, 4], "%-b"] = np.nan
        forecasts = pd.DataFrame({"&-x": [0.1, 0.0, 0.3, np.nan, np.inf, 0.6]})
        flags = np.array([1, 1, 0, 1, 1, 1])
        assert flags_of(frame, forecasts, flags).tolist() == [1, 0, 0, 0, 0, 1]

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    @pytest.mark.parametrize("column", ["&-x", "&-y"])
    def test_one_forecast_that_is_not_finite_refuses_the_row(self, value, column) -> None:
        forecasts = pd.DataFrame({"&-x": [1.0, 2.0, 3.0], "&-y": [4.0, 5.0, 6.0]})
        forecasts.loc[1, column] = value
        assert flags_of(features(3), forecasts, np.ones(3)).tolist() == [1, 0, 1]

    def test_columns_without_numbers_have_no_say(self) -> None:
        forecasts = pd.DataFrame({"&-class": ["up", None, "down"], "up": [0.9, 0.8, np.nan]})
        assert flags_of(features(3), forecasts, np.ones(3)).tolist() == [1, 1, 0]

    def test_forecasts_of_classes_alone_are_finite(self) -> None:
        forecasts = pd.DataFrame({"&-class": ["up", "down"]})
        assert flags_of(features(2), forecasts, np.ones(2)).tolist() == [1, 1]

    @pytest.mark.parametrize("dtype", [np.int64, np.float64, np.float32, bool])
    def test_flags_of_any_type_become_whole_numbers(self, dtype) -> None:
        flags = np.array([1, 0], dtype=dtype)
        forecasts = pd.DataFrame({"&-x": [1.0, 2.0]})
        assert flags_of(features(2), forecasts, flags).tolist() == [1, 0]

    def test_indices_do_not_matter(self) -> None:
        frame = features(3).set_index(pd.Index([7, 8, 9]))
        frame.loc[8, "%-a"] = np.nan
        forecasts = pd.DataFrame({"&-x": [1.0, 2.0, np.inf]})
        assert flags_of(frame, forecasts, np.ones(3)).tolist() == [1, 0, 0]

    def test_what_the_model_returns_is_left_alone(self) -> None:
        frame = features(2)
        frame.loc[0, "%-a"] = np.nan
        flags, forecasts = np.array([1, 1]), pd.DataFrame({"&-x": [1.0, np.nan]})
        assert flags_of(frame, forecasts, flags).tolist() == [0, 0]
        assert flags.tolist() == [1, 1]
        assert forecasts["&-x"].isna().tolist() == [False, True]

    def test_arguments_reach_the_model(self) -> None:
        model = Ours()
        model.forecasts, model.flags = pd.DataFrame({"&-x": [1.0]}), np.ones(1)
        model.predict(features(1), kitchen(), first=True)
        assert model.asked == {"first": True}

    def test_no_rows_give_no_flags(self) -> None:
        forecasts = pd.DataFrame({"&-x": np.empty(0)})
        assert flags_of(features(0), forecasts, np.empty(0)).tolist() == []

    def test_refused_rows_are_counted_in_the_log(self, caplog) -> None:
        caplog.set_level(logging.INFO, logger="aurum_plugins.freqai")
        frame = features(5)
        frame.loc[[0, 3], "%-a"] = np.nan
        flags_of(frame, pd.DataFrame({"&-x": np.ones(5)}), np.ones(5))
        assert caplog.messages == ["BTC/USDT: 2 of 5 rows lack a feature: do_predict is 0"]

    def test_whole_rows_are_not_worth_a_line(self, caplog) -> None:
        caplog.set_level(logging.INFO, logger="aurum_plugins.freqai")
        flags_of(features(2), pd.DataFrame({"&-x": [1.0, np.nan]}), np.ones(2))
        assert caplog.messages == []
