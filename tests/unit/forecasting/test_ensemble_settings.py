from __future__ import annotations

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting import EnsembleSettings
from aurum_plugins.forecasting.settings import LARGEST_HELD_OUT, MEMBERS


def read(**ensemble):
    return EnsembleSettings.from_config({"aurum": {"ensemble": ensemble}})


def test_defaults_need_no_section():
    assert EnsembleSettings.from_config({}) == EnsembleSettings()
    assert EnsembleSettings().members == MEMBERS
    assert EnsembleSettings().n_features == {}


def test_a_whole_section_is_read():
    settings = read(
        members=["xgboost", "linear"],
        folds=3,
        calibration_share=0.3,
        judgement_share=0.3,
        n_features={"forward_return": 12, "forward_volatility": "all"},
        refit=False,
        seed=2**32 - 1,
    )
    assert settings.members == ("xgboost", "linear")
    assert settings.n_features == {"forward_return": 12, "forward_volatility": "all"}
    assert settings.calibration_share + settings.judgement_share == LARGEST_HELD_OUT
    assert not settings.refit


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("members", ["forest"], "'forest' is no member; known are linear, random_forest"),
        ("members", ["linear", "linear"], "must name each member once"),
        ("members", [], "at least 1 item"),
        ("members", "linear", "must be a list"),
        ("folds", 1, "greater than or equal to 2"),
        ("folds", 21, "less than or equal to 20"),
        ("folds", 2.5, "valid integer"),
        ("calibration_share", 0.04, "greater than or equal to 0.05"),
        ("judgement_share", 0.41, "less than or equal to 0.4"),
        ("embargo_candles", -1, "greater than or equal to 0"),
        ("rows_per_horizon", 0, "greater than or equal to 1"),
        ("record_candles", 49, "greater than or equal to 50"),
        ("least_rows", 99, "greater than or equal to 100"),
        ("refit", "yes", "valid boolean"),
        ("novelty_share", 0.51, "less than or equal to 0.5"),
        ("novelty_share", float("nan"), "finite"),
        ("seed", -1, "greater than or equal to 0"),
        ("fold", 4, "unknown setting; known are calibration_share"),
        ("n_features", 12, "must be an object of numbers of features by target"),
        ("n_features", {"x": 0}, 'x: must be a whole number from 1, or "all"'),
        ("n_features", {"x": True}, "x: must be a whole number"),
        ("n_features", {"x": 2.0}, "x: must be a whole number"),
        ("n_features", {"x": "some"}, "x: must be a whole number"),
    ],
)
def test_what_breaks_a_rule_is_named(key, value, rule):
    with pytest.raises(ConfigurationError) as caught:
        read(**{key: value})
    assert caught.value.key.startswith(f"aurum.ensemble.{key}")
    assert rule in caught.value.rule


def test_most_rows_are_for_fitting():
    with pytest.raises(ConfigurationError, match=r"together must be at most 0\.6"):
        read(calibration_share=0.4, judgement_share=0.3)


def test_rounding_breaks_no_rule():
    assert read(calibration_share=0.4, judgement_share=0.2).judgement_share == 0.2
