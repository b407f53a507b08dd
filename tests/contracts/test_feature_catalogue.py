"""What every feature promises by being in the catalogue."""

from __future__ import annotations

import re

import pytest

from aurum_plugins.features import (
    calendar,
    market,
    microstructure,
    price_action,
    technical,
    volatility,
    volume,
)
from aurum_plugins.features.catalogue import CATALOGUE
from aurum_plugins.features.feature import Family

MODULES = {
    Family.TECHNICAL: technical,
    Family.PRICE_ACTION: price_action,
    Family.VOLATILITY: volatility,
    Family.VOLUME: volume,
    Family.MICROSTRUCTURE: microstructure,
    Family.MARKET: market,
    Family.CALENDAR: calendar,
}
every_feature = pytest.mark.parametrize("feature", CATALOGUE.values(), ids=list(CATALOGUE))


def test_there_are_sixty_features_or_more():
    assert len(CATALOGUE) >= 60


def test_no_name_is_taken_twice():
    names = [feature.name for module in MODULES.values() for feature in module.FEATURES]
    assert len(names) == len(set(names))
    assert set(names) == set(CATALOGUE)


def test_no_definition_is_given_twice():
    formulas = [feature.formula for feature in CATALOGUE.values()]
    assert len(formulas) == len(set(formulas))


def test_every_family_is_at_hand():
    assert set(MODULES) == set(Family)
    for family, module in MODULES.items():
        assert module.FEATURES
        assert {feature.family for feature in module.FEATURES} == {family}


@every_feature
def test_a_name_is_lower_case_words_and_not_a_family(feature):
    assert CATALOGUE[feature.name] is feature
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", feature.name)
    # A column is called by its name and its period, so a name ends in no number.
    assert not re.search(r"_\d+$", feature.name)
    assert feature.name not in set(Family)


@every_feature
def test_a_definition_and_a_source_are_given_in_a_line_each(feature):
    for text in (feature.formula, feature.source):
        assert text == text.strip()
        assert len(text) > 3
        assert "\n" not in text


@every_feature
def test_a_window_holds_the_row_itself_and_grows_with_the_period(feature):
    windows = [feature.window(period) for period in range(1, 501)]
    assert all(type(window) is int for window in windows)
    assert min(windows) >= 1
    assert windows == sorted(windows)
    if getattr(feature, "periodic", True) and feature.family is not Family.CALENDAR:
        assert windows[-1] >= 500
    else:
        assert len(set(windows)) == 1
