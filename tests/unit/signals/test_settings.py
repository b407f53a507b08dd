from __future__ import annotations

import pytest
from pydantic import ValidationError

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.signals import BreakoutSettings


@pytest.mark.parametrize("config", [{}, {"aurum": {}}, {"aurum": {"breakout": {}}}])
def test_without_the_section_the_defaults_hold(config):
    settings = BreakoutSettings.from_config(config)
    assert settings == BreakoutSettings()
    assert (settings.entry_candles, settings.exit_candles) == (480, 240)
    assert (settings.atr_candles, settings.volatility_candles) == (480, 480)


def test_what_is_set_is_taken_and_the_rest_keeps_its_default():
    section = {"entry_candles": 60, "volatility_candles": 30}
    settings = BreakoutSettings.from_config({"aurum": {"breakout": section, "other": 1}})
    assert settings.model_dump() == {
        "entry_candles": 60,
        "exit_candles": 240,
        "atr_candles": 480,
        "volatility_candles": 30,
    }


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        BreakoutSettings().entry_candles = 3


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("entry_candles", 1, "greater than or equal to 2"),
        ("entry_candles", 2_001, "less than or equal to 2000"),
        ("exit_candles", 2.5, "valid integer"),
        ("exit_candles", "240", "valid integer"),
        ("atr_candles", True, "valid integer"),
        ("atr_candles", float("nan"), "valid integer"),
        ("volatility_candles", None, "valid integer"),
    ],
)
def test_a_wrong_value_is_named_with_its_rule(key, value, rule):
    with pytest.raises(ConfigurationError, match=rule) as caught:
        BreakoutSettings.from_config({"aurum": {"breakout": {key: value}}})
    assert caught.value.key == f"aurum.breakout.{key}"
    assert caught.value.value is value


def test_an_unknown_key_is_named_beside_the_known_ones():
    with pytest.raises(ConfigurationError, match=r"known are atr_candles, .*got '.*'") as caught:
        BreakoutSettings.from_config({"aurum": {"breakout": {"entry_candels": 60}}})
    assert caught.value.key == "aurum.breakout.entry_candels"


@pytest.mark.parametrize("key", ["atr_multiple", "volatility_target", "longest_hold_candles"])
def test_what_says_how_much_is_risk_s(key):
    with pytest.raises(ConfigurationError, match="unknown setting"):
        BreakoutSettings.from_config({"aurum": {"breakout": {key: 3}}})


@pytest.mark.parametrize(
    ("config", "key"),
    [({"aurum": 3}, "aurum"), ({"aurum": {"breakout": [1]}}, "aurum.breakout")],
)
def test_a_section_must_be_an_object(config, key):
    with pytest.raises(ConfigurationError, match="must be an object of settings") as caught:
        BreakoutSettings.from_config(config)
    assert caught.value.key == key
