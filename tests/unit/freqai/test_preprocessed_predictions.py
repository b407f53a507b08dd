"""The mixin before a model of FreqAI: which of its forecasts may be used."""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

Flags = Callable[..., np.ndarray]


@pytest.fixture
def flags_of(ours, kitchen) -> Flags:
    """`flags_of(frame, forecasts, flags)`: what becomes of the flags of a model."""

    def predict(frame: pd.DataFrame, forecasts: pd.DataFrame, flags: object) -> np.ndarray:
        model = ours()
        dk = kitchen(model)
        model.forecasts, model.flags = forecasts, flags
        got, do_predict = model.predict(frame, dk)
        assert got is forecasts
        assert dk.do_predict is do_predict
        assert do_predict.shape == (len(frame),)
        assert do_predict.dtype.kind == "i"
        return do_predict

    return predict


class TestRows:
    def test_only_whole_rows_that_nobody_refused_may_be_used(self, flags_of, features) -> None:
        frame = features(6)
        frame.loc[[1, 4], "%-b"] = np.nan
        forecasts = pd.DataFrame({"&-x": [0.1, 0.0, 0.3, np.nan, np.inf, 0.6]})
        flags = np.array([1, 1, 0, 1, 1, 1])
        assert flags_of(frame, forecasts, flags).tolist() == [1, 0, 0, 0, 0, 1]

    def test_freqais_own_checks_may_say_less_than_no(self, flags_of, features) -> None:
        # Two of them that both refuse a row come to -1; we never make a refusal weaker.
        frame = features(4)
        frame.loc[[1, 3], "%-b"] = np.nan
        forecasts = pd.DataFrame({"&-x": np.ones(4)})
        assert flags_of(frame, forecasts, np.array([-1, -1, 1, 0])).tolist() == [-1, -1, 1, 0]

    def test_indices_do_not_matter(self, flags_of, features) -> None:
        frame = features(3).set_index(pd.Index([7, 8, 9]))
        frame.loc[8, "%-a"] = np.nan
        forecasts = pd.DataFrame({"&-x": [1.0, 2.0, np.inf]})
        assert flags_of(frame, forecasts, np.ones(3)).tolist() == [1, 0, 0]

    def test_no_rows_give_no_flags(self, flags_of, features) -> None:
        forecasts = pd.DataFrame({"&-x": np.empty(0)})
        assert flags_of(features(0), forecasts, np.empty(0)).tolist() == []

    def test_refused_rows_are_counted_in_the_log(self, flags_of, features, caplog) -> None:
        caplog.set_level(logging.INFO, logger="aurum_plugins.freqai")
        frame = features(5)
        frame.loc[[0, 3], "%-a"] = np.nan
        flags_of(frame, pd.DataFrame({"&-x": np.ones(5)}), np.ones(5))
        assert caplog.messages == ["BTC/USDT: 2 of 5 rows lack a feature: do_predict is 0"]

    def test_whole_rows_are_not_worth_a_line(self, flags_of, features, caplog) -> None:
        caplog.set_level(logging.INFO, logger="aurum_plugins.freqai")
        flags_of(features(2), pd.DataFrame({"&-x": [1.0, np.nan]}), np.ones(2))
        assert caplog.messages == []


class TestForecasts:
    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    @pytest.mark.parametrize("column", ["&-x", "&-y"])
    def test_one_that_is_not_finite_refuses_the_row(
        self, flags_of, features, value, column
    ) -> None:
        forecasts = pd.DataFrame({"&-x": [1.0, 2.0, 3.0], "&-y": [4.0, 5.0, 6.0]})
        forecasts.loc[1, column] = value
        assert flags_of(features(3), forecasts, np.ones(3)).tolist() == [1, 0, 1]

    def test_columns_without_numbers_have_no_say(self, flags_of, features) -> None:
        forecasts = pd.DataFrame({"&-class": ["up", None, "down"], "up": [0.9, 0.8, np.nan]})
        assert flags_of(features(3), forecasts, np.ones(3)).tolist() == [1, 1, 0]

    def test_those_of_classes_alone_are_finite(self, flags_of, features) -> None:
        forecasts = pd.DataFrame({"&-class": ["up", "down"]})
        assert flags_of(features(2), forecasts, np.ones(2)).tolist() == [1, 1]

    @pytest.mark.parametrize("dtype", [np.int64, np.float64, np.float32, bool])
    def test_flags_of_any_type_become_whole_numbers(self, flags_of, features, dtype) -> None:
        flags = np.array([1, 0], dtype=dtype)
        forecasts = pd.DataFrame({"&-x": [1.0, 2.0]})
        assert flags_of(features(2), forecasts, flags).tolist() == [1, 0]

    def test_what_the_model_returns_is_left_alone(self, flags_of, features) -> None:
        frame = features(2)
        frame.loc[0, "%-a"] = np.nan
        flags, forecasts = np.array([1, 1]), pd.DataFrame({"&-x": [1.0, np.nan]})
        assert flags_of(frame, forecasts, flags).tolist() == [0, 0]
        assert flags.tolist() == [1, 1]
        assert forecasts["&-x"].isna().tolist() == [False, True]

    def test_arguments_reach_the_model(self, ours, features, kitchen) -> None:
        model = ours()
        model.forecasts, model.flags = pd.DataFrame({"&-x": [1.0]}), np.ones(1)
        model.predict(features(1), kitchen(model), first=True)
        assert model.asked == {"first": True}


class TestModelsDoor:
    """What the model itself was given."""

    def predicted(self, ours, features, kitchen, given: pd.DataFrame) -> tuple[list[int], object]:
        model = ours()
        dk = kitchen(model)
        dk.data_dictionary = {"prediction_features": given}
        frame = features(4)
        frame.loc[3, "%-a"] = np.nan
        model.forecasts, model.flags = pd.DataFrame({"&-x": np.ones(4)}), np.ones(4)
        return model.predict(frame, dk)[1].tolist(), model.records.all[dk.pair]

    def test_finite_numbers_pass(self, ours, features, kitchen) -> None:
        flags, record = self.predicted(ours, features, kitchen, pd.DataFrame(np.ones((4, 2))))
        assert flags == [1, 1, 1, 0]
        assert (record.not_finite, record.rows_refused) == (0, 1)
        assert record.predicted_ms > 0

    def test_others_refuse_their_row_and_are_counted(self, ours, features, kitchen) -> None:
        given = pd.DataFrame(np.ones((4, 2)))
        given.iloc[1] = np.nan, np.inf
        flags, record = self.predicted(ours, features, kitchen, given)
        assert flags == [1, 0, 1, 0]
        assert record.not_finite == 2

    def test_of_other_rows_than_asked_for_they_refuse_all(self, ours, features, kitchen) -> None:
        given = pd.DataFrame(np.full((2, 1), np.nan))
        assert self.predicted(ours, features, kitchen, given)[0] == [0, 0, 0, 0]


class TestFeatures:
    def test_those_that_were_left_out_are_not_needed(self, ours, features, kitchen) -> None:
        model = ours()
        dk = kitchen(model)
        dk.feature_pipeline.features_in = ["%-a", "%-c"]
        frame = features(3).assign(**{"%-b": np.nan, "date": 0, "%%-own": np.nan})
        before = frame.copy(deep=True)
        model.forecasts, model.flags = pd.DataFrame({"&-x": np.ones(3)}), np.ones(3)
        assert model.predict(frame, dk)[1].tolist() == [1, 1, 1]
        assert list(dk.predicted_on) == ["%-a", "%-c", "&-label", "date"]
        pd.testing.assert_frame_equal(frame, before)


class TestFingerprint:
    @pytest.mark.parametrize("flag", [1, 0, -1])
    def test_a_model_of_other_settings_is_not_used(
        self, ours, features, kitchen, caplog, flag
    ) -> None:
        model = ours(clip_width=5.0)
        model.forecasts, model.flags = pd.DataFrame({"&-x": np.ones(4)}), np.full(4, flag)
        other, own = kitchen(ours()), kitchen(model)
        with caplog.at_level(logging.INFO, logger="aurum_plugins.freqai"):
            assert model.predict(features(4), other)[1].tolist() == [min(flag, 0)] * 4
        (record,) = caplog.records
        assert record.levelno == logging.WARNING
        assert record.getMessage() == (
            "BTC/USDT: trained with other settings, not used until trained anew"
        )
        caplog.clear()
        assert model.predict(features(4), own)[1].tolist() == [flag] * 4
        assert caplog.messages == []

    def test_the_same_settings_know_each_other(self, ours, features, kitchen) -> None:
        model, again = ours(), ours()
        again.forecasts, again.flags = pd.DataFrame({"&-x": np.ones(2)}), np.ones(2)
        assert again.predict(features(2), kitchen(model))[1].tolist() == [1, 1]
