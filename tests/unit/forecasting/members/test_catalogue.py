from __future__ import annotations

import logging

import pytest

from aurum_plugins.forecasting.errors import MissingExtra, UnknownMember
from aurum_plugins.forecasting.members import catalogue
from aurum_plugins.forecasting.members.catalogue import make_member, present
from aurum_plugins.forecasting.settings import MEMBERS


@pytest.fixture
def without_torch(monkeypatch):
    found = catalogue.find_spec
    monkeypatch.setattr(
        catalogue, "find_spec", lambda name: None if name == "torch" else found(name)
    )
    catalogue._say_left_out.cache_clear()


@pytest.fixture
def with_torch(monkeypatch):
    found = catalogue.find_spec
    monkeypatch.setattr(
        catalogue, "find_spec", lambda name: object() if name == "torch" else found(name)
    )


def test_every_member_of_the_settings_can_be_made(with_torch):
    for name in MEMBERS:
        assert make_member(name, "sign", 0).name == name


def test_parameters_take_the_place_of_defaults(with_torch):
    assert make_member("random_forest", "sign", 0, {"max_depth": 3}).parameters.max_depth == 3
    assert make_member("lstm", "sign", 0, {"window": 30}).window == 30
    # JSON knows no difference between 1 and 1.0.
    assert make_member("xgboost", "sign", 0, {"reg_lambda": 1}).parameters.reg_lambda == 1.0


def test_an_unknown_member_is_named_with_those_that_are_known():
    with pytest.raises(UnknownMember, match=r"'oracle' is no member; known are .*random_forest"):
        make_member("oracle", "sign", 0)
    with pytest.raises(UnknownMember, match="oracle"):
        present(["lightgbm", "oracle"])


def test_an_extra_that_is_not_installed_is_named(without_torch):
    with pytest.raises(MissingExtra, match=r"pip install 'aurumbotx\[lstm\]'") as missing:
        make_member("lstm", "sign", 0)
    assert (missing.value.member, missing.value.extra) == ("lstm", "lstm")


def test_members_that_are_installed_are_present_in_their_order(with_torch, caplog):
    assert present(["xgboost", "lstm", "random_forest"]) == ("xgboost", "lstm", "random_forest")
    assert not caplog.records


def test_what_is_left_out_is_said_once(without_torch, caplog):
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert present(["lstm", "lightgbm"]) == ("lightgbm",)
    assert [record.message for record in caplog.records] == [
        (
            "member lstm needs an optional library: pip install 'aurumbotx[lstm]'; "
            "the ensemble runs without it"
        )
    ]
