from __future__ import annotations

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.members import catalogue
from aurum_plugins.forecasting.members.settings import MembersSettings
from aurum_plugins.forecasting.settings import MEMBERS


def read(**members):
    return MembersSettings.from_config({"aurum": {"members": members}})


def test_nothing_given_leaves_the_defaults():
    assert MembersSettings.from_config({}).parameters == {}
    assert read(linear={}).parameters == {}


def test_there_is_a_setting_for_every_member():
    assert tuple(MembersSettings.model_fields) == MEMBERS


def test_what_is_given_is_handed_on():
    given = {"linear": {"penalty": 0.5}, "xgboost": {"max_depth": 3, "num_boost_round": 20}}
    parameters = read(**given, lightgbm={}).parameters
    assert parameters == given
    parameters["linear"]["penalty"] = 9.0
    assert read(**given).parameters == given


@pytest.mark.parametrize(
    ("members", "key", "rule"),
    [
        ({"forest": {}}, "aurum.members.forest", "unknown setting; known are lightgbm, linear"),
        ({"linear": 3}, "aurum.members.linear", "valid dictionary"),
        ({"linear": {"penalty": -1.0}}, "aurum.members.linear.penalty", "greater than or equal"),
        ({"xgboost": {"depth": 3}}, "aurum.members.xgboost.depth", "unknown setting"),
        ({"lightgbm": {"num_leaves": "6"}}, "aurum.members.lightgbm.num_leaves", "valid integer"),
        ({"random_forest": {"max_depth": 99}}, "aurum.members.random_forest.max_depth", "less"),
    ],
)
def test_what_breaks_a_rule_is_named(members, key, rule):
    with pytest.raises(ConfigurationError) as caught:
        read(**members)
    assert caught.value.key == key
    assert rule in caught.value.rule


def test_a_member_that_is_not_installed_is_checked_when_it_is(monkeypatch):
    monkeypatch.setattr(catalogue, "find_spec", lambda _: None)
    assert read(lstm={"nonsense": 1}).parameters == {"lstm": {"nonsense": 1}}
