"""The mixin before a model of FreqAI: what it is trained on, and what it reports of that."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import pytest

from aurum_plugins.freqai.preprocessed_model import REPORT, STEP
from aurum_plugins.freqai.training_report import TrainingReport
from aurum_plugins.preprocessing import PreprocessingError

PAIR = "BTC/USDT"
LABEL = "&-label"


def report_of(dk) -> TrainingReport:
    return TrainingReport.model_validate_json((dk.data_path / REPORT).read_text())


class TestTraining:
    def test_the_model_is_trained_on_the_selected_features(self, ours, features, kitchen) -> None:
        model, dk = ours(), kitchen()
        assert model.train(features(200), PAIR, dk, seed=3) == "model of BTC/USDT"
        assert model.asked == {"seed": 3}
        assert dk.fitted_on.shape[1] == 2

    def test_what_is_offered_is_left_alone(self, ours, features, kitchen) -> None:
        frame, dk = features(200), kitchen()
        frame.loc[:150, "%-c"] = np.nan
        before = frame.copy(deep=True)
        ours().train(frame, PAIR, dk)
        pd.testing.assert_frame_equal(frame, before)
        # Reports and what FreqAI keeps beside the model speak of the strategy's features.
        assert dk.training_features_list == ["%-a", "%-b", "%-c"]

    def test_a_failed_fit_leaves_no_report(self, ours, features, kitchen) -> None:
        dk = kitchen()
        with pytest.raises(PreprocessingError):
            ours().train(features(200).assign(**{"%-a": 0.0, "%-b": 0.0, "%-c": 0.0}), PAIR, dk)
        assert list(dk.data_path.iterdir()) == []


class TestScarceFeatures:
    @pytest.mark.parametrize(("missing", "left_out"), [(11, True), (10, False)])
    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_what_is_missing_in_too_many_rows_is_no_candidate(
        self, ours, features, kitchen, missing, left_out, value
    ) -> None:
        frame, dk = features(200), kitchen()
        frame.loc[: missing - 1, "%-b"] = value
        ours(n_features="all").train(frame, PAIR, dk)
        assert ("%-b" not in dk.feature_pipeline.features_in) == left_out
        report = report_of(dk)
        assert report.left_out == (("%-b",) if left_out else ())
        assert report.rows_whole == (200 if left_out else 190)
        # Their own selection, and rows unlike the rest, are another matter.
        assert report.fit.rows == report.rows_whole

    def test_only_labelled_rows_count(self, ours, features, kitchen) -> None:
        frame, dk = features(240), kitchen()
        frame.loc[200:, LABEL] = np.nan
        frame.loc[200:, "%-b"] = np.nan
        ours().train(frame, PAIR, dk)
        assert (report_of(dk).left_out, report_of(dk).missing) == ((), {})

    @pytest.mark.parametrize(("share", "left_out"), [(0, ()), (0.5, ("%-c",)), (1, ("%-b", "%-c"))])
    def test_the_share_is_configured(self, ours, features, kitchen, share, left_out) -> None:
        frame, dk = features(200), kitchen()
        frame.loc[0, "%-b"] = np.nan
        frame.loc[:120, "%-c"] = np.nan
        ours(n_features=1, min_column_completeness=share).train(frame, PAIR, dk)
        assert report_of(dk).left_out == left_out

    def test_a_warning_names_the_first_of_them(self, ours, features, kitchen, caplog) -> None:
        frame, dk = features(200), kitchen()
        scarce = [f"%-scarce_{number}" for number in range(7)]
        frame[scarce] = np.nan
        dk.training_features_list = [*dk.training_features_list, *scarce]
        with caplog.at_level(logging.WARNING, logger="aurum_plugins.freqai"):
            ours().train(frame, PAIR, dk)
        (message,) = caplog.messages
        assert message == (
            "BTC/USDT: 7 of 10 features are missing in too many rows and are left out: "
            "%-scarce_0, %-scarce_1, %-scarce_2, %-scarce_3, %-scarce_4"
        )
        assert report_of(dk).left_out == tuple(scarce)

    def test_whole_features_are_not_worth_a_line(self, ours, features, kitchen, caplog) -> None:
        with caplog.at_level(logging.WARNING, logger="aurum_plugins.freqai"):
            ours().train(features(200), PAIR, kitchen())
        assert caplog.messages == []


class TestReport:
    def test_it_is_left_beside_the_model(self, ours, features, kitchen) -> None:
        dk = kitchen()
        dk.data_path /= "sub-train-BTC_1"
        ours().train(features(200), PAIR, dk)
        assert [path.name for path in dk.data_path.iterdir()] == [REPORT]
        report = report_of(dk)
        assert report.fit == dk.feature_pipeline[STEP].preprocessor.fit_report_
        assert (report.rows_offered, report.rows_labelled, report.rows_whole) == (200, 200, 200)
        assert (report.missing, report.infinite, report.left_out) == ({}, {}, ())
        assert [column.name for column in report.fit.columns] == ["%-a", "%-b", "%-c"]
        assert list(report.fit.selected) == list(dk.fitted_on.columns)
        assert "%-a" in report.fit.selected

    def test_that_of_a_later_fit_takes_the_place_of_the_earlier(
        self, ours, features, kitchen
    ) -> None:
        model, dk = ours(), kitchen()
        for rows in (200, 150):
            model.train(features(rows), PAIR, dk)
        assert report_of(dk).fit.rows == 150

    def test_missing_and_infinite_values_are_counted_apart(self, ours, features, kitchen) -> None:
        frame, dk = features(400), kitchen()
        frame.loc[:4, "%-a"] = np.nan
        frame.loc[3:5, "%-b"] = [np.inf, -np.inf, np.nan]
        frame.loc[390:, LABEL] = np.nan
        frame.loc[395:, "%-a"] = np.nan
        frame.loc[:300, "%-c"] = np.nan
        ours().train(frame, PAIR, dk)
        report = report_of(dk)
        assert (report.rows_offered, report.rows_labelled) == (400, 390)
        # The rows of the two that stay; what was left out takes no row along.
        assert report.rows_whole == 390 - 6
        assert report.missing == {"%-a": 5, "%-b": 1, "%-c": 301}
        assert report.infinite == {"%-b": 2}
        assert report.left_out == ("%-c",)

    def test_nothing_else_fits_into_it(self, ours, features, kitchen) -> None:
        dk = kitchen()
        ours().train(features(200), PAIR, dk)
        with pytest.raises(ValueError, match="frozen"):
            report_of(dk).rows_whole = 3
        with pytest.raises(ValueError, match="Extra inputs"):
            TrainingReport(**{**dict(report_of(dk)), "more": 1})
