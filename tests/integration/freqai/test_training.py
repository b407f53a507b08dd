"""What a model is trained on and reports of it, through the real classes of FreqAI."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from freqai_training import (
    FEATURES,
    LABEL,
    PAIR,
    TrainedModel,
    featured_candles,
    model_configuration,
)
from freqtrade.exceptions import OperationalException
from freqtrade.resolvers.freqaimodel_resolver import FreqaiModelResolver

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.freqai.preprocessed_model import STEP

SCARCE, BROKEN = FEATURES[7], FEATURES[11]


def test_training_gives_26_features_and_leaves_a_report(tmp_path) -> None:
    trained = TrainedModel(model_configuration(tmp_path))
    train = trained.kitchen.data_dictionary["train_features"]
    assert train.shape[1] == 26
    assert np.isfinite(train.to_numpy()).all()
    report = trained.report
    assert (report.rows_offered, report.rows_labelled, report.rows_whole) == (400, 400, 400)
    assert report.fit.rows == 360
    assert list(report.fit.selected) == list(train)


def test_training_on_damaged_rows_leaves_them_out(tmp_path) -> None:
    frame = featured_candles(400)
    frame.loc[10:20, FEATURES[2]] = np.inf
    frame.loc[30, LABEL] = np.nan
    trained = TrainedModel(model_configuration(tmp_path), frame)
    train = trained.kitchen.data_dictionary["train_features"]
    assert np.isfinite(train.to_numpy()).all()
    assert trained.kitchen.data["filter_drop_index_training"].sum() == 11
    report = trained.report
    assert (report.rows_offered, report.rows_labelled, report.rows_whole) == (400, 399, 388)
    assert (report.missing, report.infinite) == ({}, {FEATURES[2]: 11})


class TestScarceFeatures:
    @pytest.fixture
    def frame(self):
        """2000 rows: one feature is missing in 70 % of them, another infinite in 31."""
        frame = featured_candles(2_000)
        frame.loc[:1_399, SCARCE] = np.nan
        frame.loc[1_500:1_530, BROKEN] = np.where(np.arange(31) % 2, np.inf, -np.inf)
        return frame

    def test_they_cost_no_row_and_are_reported(self, frame, tmp_path, caplog) -> None:
        with caplog.at_level(logging.WARNING, logger="aurum_plugins.freqai"):
            trained = TrainedModel(model_configuration(tmp_path), frame)
        assert caplog.messages == [
            f"{PAIR}: 1 of 40 features are missing in too many rows and are left out: {SCARCE}"
        ]
        report = trained.report
        assert report.left_out == (SCARCE,)
        assert report.missing == {SCARCE: 1_400}
        assert report.infinite == {BROKEN: 31}
        assert (report.rows_offered, report.rows_labelled, report.rows_whole) == (
            *(2_000, 2_000),
            1_969,
        )
        assert report.fit.rows == round(1_969 * 0.9)
        assert SCARCE not in {column.name for column in report.fit.columns}
        assert BROKEN in {column.name for column in report.fit.columns}

    @pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
    def test_they_are_not_needed_to_predict(self, frame, tmp_path, value) -> None:
        trained = TrainedModel(model_configuration(tmp_path), frame)
        later = featured_candles(20)
        forecasts, flags = trained.predict(later)
        assert flags.tolist() == [1] * 20
        later[SCARCE] = value
        later.loc[3, BROKEN] = np.nan
        again, flags = trained.predict(later)
        assert flags.tolist() == [int(row != 3) for row in range(20)]
        kept = np.arange(20) != 3
        np.testing.assert_array_equal(again[kept], forecasts[kept])
        without, flags = trained.predict(later.drop(columns=SCARCE))
        assert flags.tolist() == [int(row != 3) for row in range(20)]
        np.testing.assert_array_equal(without, again)

    def test_stock_freqai_gives_up_the_rows(self, frame, tmp_path) -> None:
        # The reason for leaving the feature out.
        stock = TrainedModel(model_configuration(tmp_path, "LightGBMRegressor"), frame)
        assert stock.kitchen.data["filter_drop_index_training"].sum() == 1_431

    def test_asked_to_ours_does_too(self, frame, tmp_path) -> None:
        aurum = {"preprocessing": {"min_column_completeness": 0}}
        trained = TrainedModel(model_configuration(tmp_path, aurum=aurum), frame)
        assert (trained.report.left_out, trained.report.rows_whole) == ((), 569)
        assert trained.report.missing == {SCARCE: 1_400}

    def test_a_later_training_chooses_anew(self, frame, tmp_path) -> None:
        trained = TrainedModel(model_configuration(tmp_path), frame)
        trained.predict(featured_candles(5))
        trained.train(featured_candles(400))
        assert trained.report.left_out == ()
        assert SCARCE in trained.kitchen.feature_pipeline.features_in
        assert trained.predict(featured_candles(5))[1].tolist() == [1] * 5


class TestOutlierChecks:
    @pytest.mark.parametrize(
        ("parameters", "steps"),
        [
            ({"DI_threshold": 0.9}, ["di"]),
            ({"use_SVM_to_remove_outliers": True}, ["svm"]),
            ({"DI_threshold": 0.9, "use_SVM_to_remove_outliers": True}, ["svm", "di"]),
            ({"principal_component_analysis": True}, ["pca", "post-pca-scaler"]),
        ],
        ids=["di", "svm", "both", "pca"],
    )
    def test_freqais_own_steps_stay_behind_ours(self, tmp_path, parameters, steps) -> None:
        trained = TrainedModel(model_configuration(tmp_path, **parameters))
        pipeline = trained.kitchen.feature_pipeline
        assert [name for name, _ in pipeline.steps] == [STEP, *steps]
        _, flags = trained.predict(featured_candles(400))
        assert flags.mean() > 0.8

    @pytest.mark.parametrize(
        "parameters",
        [
            {"DI_threshold": 0.9},
            {"DI_threshold": 0.9, "use_SVM_to_remove_outliers": True},
        ],
        ids=["di", "both"],
    )
    def test_rows_unlike_all_that_it_was_trained_on_are_refused(self, tmp_path, parameters) -> None:
        trained = TrainedModel(model_configuration(tmp_path, **parameters))
        frame = featured_candles(20)
        frame.loc[5:9, FEATURES] = 1e6
        frame.loc[9, FEATURES[0]] = np.nan
        _, flags = trained.predict(frame)
        assert (flags[5:10] <= 0).all()
        assert flags.max() == 1
        assert (trained.kitchen.DI_values[5:9] > 0.9).all()

    def test_the_dissimilarity_is_there_for_the_strategy(self, tmp_path) -> None:
        trained = TrainedModel(model_configuration(tmp_path, DI_threshold=0.9))
        trained.predict(featured_candles(7, seed=4))
        assert trained.kitchen.DI_values.shape == (7,)
        assert (trained.kitchen.DI_values > 0).all()


class TestSettings:
    def test_another_horizon_makes_the_model_useless_until_it_is_trained_anew(
        self, tmp_path, caplog
    ) -> None:
        old = TrainedModel(model_configuration(tmp_path, label_period_candles=24))
        config = model_configuration(
            tmp_path, label_period_candles=12, freqai={"identifier": "another"}
        )
        new = FreqaiModelResolver.load_freqaimodel(config)
        new.model = old.model.model
        assert old.predict(featured_candles(5))[1].tolist() == [1] * 5
        caplog.clear()
        with caplog.at_level(logging.WARNING, logger="aurum_plugins.freqai"):
            assert new.predict(featured_candles(5), old.kitchen)[1].tolist() == [0] * 5
        ours = [record for record in caplog.records if record.name.startswith("aurum_plugins")]
        assert [record.getMessage() for record in ours] == [
            "BTC/USDT: trained with other settings, not used until trained anew"
        ]
        new.model = new.train(featured_candles(400), PAIR, old.kitchen)
        assert new.predict(featured_candles(5), old.kitchen)[1].tolist() == [1] * 5

    @pytest.mark.parametrize(
        ("freqai", "aurum", "message"),
        [
            ({"continual_learning": True}, {}, r"^freqai\.continual_learning: must be false"),
            ({"conv_width": 2}, {}, r"^freqai\.conv_width: must be 1: .*\(got 2\)$"),
            ({}, {"preprocessing": {"k": 1}}, r"^aurum\.preprocessing\.k: unknown setting"),
            ({}, {"targets": {"horizon_candles": 0}}, r"^aurum\.targets\.horizon_candles: "),
            (
                {"feature_parameters": {"include_corr_pairlist": "BTC/USDT"}},
                *({}, r"^freqai\.feature_parameters\.include_corr_pairlist: must be a list"),
            ),
        ],
    )
    def test_a_wrong_one_becomes_freqtrades_own_error(
        self, tmp_path, freqai, aurum, message
    ) -> None:
        config = model_configuration(tmp_path, aurum=aurum, freqai=freqai)
        with pytest.raises(OperationalException, match=message) as caught:
            FreqaiModelResolver.load_freqaimodel(config)
        assert isinstance(caught.value.__cause__, ConfigurationError)

    def test_an_identifier_belongs_to_one_set_of_settings(self, tmp_path) -> None:
        for _ in range(2):
            TrainedModel(model_configuration(tmp_path, label_period_candles=24))
        other = model_configuration(tmp_path, label_period_candles=12)
        with pytest.raises(OperationalException, match=r"^freqai\.identifier: its models .*'test'"):
            FreqaiModelResolver.load_freqaimodel(other)
        (tmp_path / "models" / "test" / "aurum_settings").unlink()
        FreqaiModelResolver.load_freqaimodel(other)

    def test_a_stock_model_s_pipeline_is_not_used(self, tmp_path) -> None:
        stock = TrainedModel(model_configuration(tmp_path, "LightGBMRegressor"))
        config = model_configuration(tmp_path, freqai={"identifier": "another"})
        ours = FreqaiModelResolver.load_freqaimodel(config)
        ours.model = stock.model.model
        assert ours.predict(featured_candles(5), stock.kitchen)[1].tolist() == [0] * 5

    def test_freqtrades_own_errors_stay_what_they_are(self, tmp_path) -> None:
        config = {**model_configuration(tmp_path), "freqai": {}}
        with pytest.raises(OperationalException, match="No freqai parameters found") as caught:
            FreqaiModelResolver.load_freqaimodel(config)
        assert caught.value.__cause__ is None
