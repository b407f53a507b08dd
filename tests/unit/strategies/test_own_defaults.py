from __future__ import annotations

import copy

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.strategies.own_defaults import with_defaults

DEFAULTS = {"breakout": {"entry_candles": 30}, "risk": {"stop_multiple": 5.0, "daily_loss": 0.02}}


def test_what_is_configured_goes_before_a_default_key_by_key():
    given = {"risk": {"stop_multiple": 7.0, "weekly_loss": 0.1}, "policy": {"cost_bps": 30.0}}
    before = copy.deepcopy(given)
    assert with_defaults(given, DEFAULTS) == {
        "breakout": {"entry_candles": 30},
        "risk": {"stop_multiple": 7.0, "daily_loss": 0.02, "weekly_loss": 0.1},
        "policy": {"cost_bps": 30.0},
    }
    assert given == before


def test_null_is_an_answer():
    given = {"risk": {"longest_hold_candles": None}}
    completed = with_defaults(given, {"risk": {"longest_hold_candles": 288}})
    assert completed["risk"]["longest_hold_candles"] is None


def test_the_defaults_are_not_shared():
    completed = with_defaults({}, DEFAULTS)
    completed["risk"]["stop_multiple"] = 1.0
    assert DEFAULTS["risk"]["stop_multiple"] == 5.0


def test_completing_twice_changes_nothing():
    once = with_defaults({"risk": {"daily_loss": 0.01}}, DEFAULTS)
    assert with_defaults(once, DEFAULTS) == once


@pytest.mark.parametrize("aurum", ["words", {"risk": "words"}])
def test_what_is_no_object_is_left_for_the_settings_to_refuse(aurum):
    with pytest.raises(ConfigurationError, match="must be an object of settings"):
        RiskSettings.from_config({"aurum": with_defaults(aurum, DEFAULTS)})
