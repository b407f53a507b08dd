"""The mixin before a model of FreqAI: where it stands, what it refuses, which steps it leaves."""

from __future__ import annotations

import pytest
from datasieve.pipeline import Pipeline
from datasieve.transforms import VarianceThreshold

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.freqai import PreprocessedModel
from aurum_plugins.freqai.fingerprint import fingerprint
from aurum_plugins.freqai.preprocessed_model import STEP
from aurum_plugins.preprocessing import AurumPreprocessing


class TestPipeline:
    def test_it_is_our_step_with_the_configured_parameters(self, ours) -> None:
        model = ours(n_features=5, clip_width=3.0)
        pipeline = model.define_data_pipeline(threads=4)
        assert isinstance(pipeline, Pipeline)
        assert [name for name, _ in pipeline.steps] == [STEP]
        step = pipeline[STEP]
        assert isinstance(step, AurumPreprocessing)
        assert (step.preprocessor.n_features, step.preprocessor.clip_width) == (5, 3.0)
        assert step.fingerprint == fingerprint(model.config)
        assert model.threads == 4

    def test_freqais_outlier_checks_stay_behind_it(self, ours) -> None:
        pipeline = ours(outliers=["pca", "svm", "di"]).define_data_pipeline()
        assert [name for name, _ in pipeline.steps] == [STEP, "pca", "svm", "di"]
        assert isinstance(pipeline["di"], VarianceThreshold)
        assert set(pipeline.fitparams) == {STEP, "pca", "svm", "di"}

    def test_pipelines_share_nothing(self, ours) -> None:
        model = ours()
        one, other = model.define_data_pipeline(), model.define_data_pipeline()
        assert one[STEP] is not other[STEP]
        assert one[STEP].preprocessor is not other[STEP].preprocessor
        assert one.fitparams is not other.fitparams


class TestSettings:
    @pytest.mark.parametrize(
        "freqai", [{}, {"continual_learning": False}, {"conv_width": 1, "continual_learning": 0}]
    )
    def test_what_is_stock_is_taken(self, ours, freqai) -> None:
        assert ours(freqai).config["freqai"] == freqai

    def test_arguments_reach_the_model(self, stock) -> None:
        class Model(PreprocessedModel, stock):
            pass

        config = {"freqai": {}}
        model = Model(config, seed=3)
        assert model.config is config
        assert model.kwargs == {"seed": 3}

    def test_continual_learning_is_refused(self, ours) -> None:
        rule = "must be false: each training selects its own features"
        with pytest.raises(ConfigurationError) as caught:
            ours({"continual_learning": True})
        assert (caught.value.key, caught.value.rule) == ("freqai.continual_learning", rule)
        assert caught.value.value is True

    @pytest.mark.parametrize("width", [0, 2, 30, None, "1"])
    def test_a_window_of_several_candles_is_refused(self, ours, width) -> None:
        rule = "must be 1: a window of several candles would hold rows that are refused"
        with pytest.raises(ConfigurationError) as caught:
            ours({"conv_width": width})
        assert (caught.value.key, caught.value.rule) == ("freqai.conv_width", rule)
        assert caught.value.value == width

    def test_a_wrong_setting_is_refused_by_name(self, ours) -> None:
        with pytest.raises(ConfigurationError, match=r"^aurum\.preprocessing\.clip_width: "):
            ours(clip_width=0.0)

    @pytest.mark.parametrize("section", ["features", "targets", "candles"])
    def test_so_is_one_that_decides_what_the_features_are(self, stock, section) -> None:
        class Model(PreprocessedModel, stock):
            pass

        with pytest.raises(ConfigurationError, match=rf"^aurum\.{section}\.nonsense: unknown"):
            Model({"freqai": {}, "aurum": {section: {"nonsense": 1}}})


class TestPlace:
    def test_behind_a_class_that_trains_it_would_do_nothing(self, stock) -> None:
        with pytest.raises(TypeError, match=r"^Turned: name PreprocessedModel before Stock$"):

            class Turned(stock, PreprocessedModel):
                pass

    def test_behind_one_that_inherits_its_training_too(self, stock) -> None:
        class Regressor(stock):
            pass

        with pytest.raises(TypeError, match=r"^Turned: name PreprocessedModel before Stock$"):

            class Turned(Regressor, PreprocessedModel):
                pass

    def test_a_model_of_ours_may_be_built_upon(self, stock) -> None:
        class Model(PreprocessedModel, stock):
            pass

        class Finer(Model):
            def train(self, *arguments, **kwargs):
                return super().train(*arguments, **kwargs)

        class Beside(Finer, stock):
            pass

        assert issubclass(Beside, PreprocessedModel)

    def test_what_trains_nothing_may_stand_before_it(self, stock) -> None:
        class Plain:
            pass

        class Model(Plain, PreprocessedModel, stock):
            pass

        assert Model({"freqai": {}}).define_data_pipeline()[STEP] is not None
