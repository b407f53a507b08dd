from __future__ import annotations

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.preprocessing import PreprocessingSettings, Preprocessor


@pytest.mark.parametrize("config", [{}, {"aurum": {}}, {"aurum": {"preprocessing": {}}}])
def test_without_the_section_the_defaults_are_those_of_the_estimator(config):
    settings = PreprocessingSettings.from_config(config)
    assert settings == PreprocessingSettings()
    assert settings.n_features == 26
    assert settings.preprocessor().get_params() == Preprocessor().get_params()
    # What FreqAI is offered is decided before the estimator sees it.
    assert settings.min_column_completeness == 0.95
    of_estimator = set(PreprocessingSettings.model_fields) - {"min_column_completeness"}
    assert of_estimator == set(Preprocessor().get_params())


def test_what_is_set_reaches_the_estimator():
    section = {
        "n_features": "all",
        "clip_width": 5,
        "outlier_share": 0,
        "min_completeness": 1,
        "random_state": 7,
    }
    given = {**section, "min_column_completeness": 0.5}
    settings = PreprocessingSettings.from_config({"aurum": {"preprocessing": given}})
    assert settings.min_column_completeness == 0.5
    assert settings.preprocessor().get_params() == section


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("n_features", 0, 'must be a whole number from 1, or "all"'),
        ("n_features", "some", 'must be a whole number from 1, or "all"'),
        ("n_features", True, 'must be a whole number from 1, or "all"'),
        ("n_features", 2.0, 'must be a whole number from 1, or "all"'),
        ("clip_width", 0.9, "greater than or equal to 1"),
        ("clip_width", 1_001, "less than or equal to 1000"),
        ("clip_width", float("inf"), "finite number"),
        ("outlier_share", -0.1, "greater than or equal to 0"),
        ("outlier_share", 0.51, "less than or equal to 0.5"),
        ("min_completeness", 0, "greater than 0"),
        ("min_completeness", 1.1, "less than or equal to 1"),
        ("min_column_completeness", -0.1, "greater than or equal to 0"),
        ("min_column_completeness", 1.1, "less than or equal to 1"),
        ("min_column_completeness", "0.9", "valid number"),
        ("random_state", -1, "greater than or equal to 0"),
        ("random_state", 1.5, "valid integer"),
        ("random_state", None, "valid integer"),
    ],
)
def test_a_wrong_value_is_named_with_its_rule(key, value, rule):
    with pytest.raises(ConfigurationError, match=rule) as caught:
        PreprocessingSettings.from_config({"aurum": {"preprocessing": {key: value}}})
    assert caught.value.key == f"aurum.preprocessing.{key}"


@pytest.mark.parametrize("share", [0, 1, 0.95])
def test_any_share_of_the_rows_may_be_asked_of_a_column(share):
    section = {"preprocessing": {"min_column_completeness": share}}
    settings = PreprocessingSettings.from_config({"aurum": section})
    assert settings.min_column_completeness == share


def test_an_unknown_key_is_named_beside_the_known_ones():
    with pytest.raises(ConfigurationError, match=r"known are clip_width, .*n_features"):
        PreprocessingSettings.from_config({"aurum": {"preprocessing": {"k": 26}}})
