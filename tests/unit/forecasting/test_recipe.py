from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from forecast_rows import DRIFT, HORIZON, PREPROCESSING, SETTINGS, TARGETS

from aurum_plugins.forecasting import Target, recipe
from aurum_plugins.forecasting.recipe import Recipe

RECIPE = Recipe(
    target=TARGETS[0],
    horizon=HORIZON,
    names=("linear", "lightgbm"),
    settings=SETTINGS,
    preprocessing=PREPROCESSING,
    drift=DRIFT,
)


def with_settings(**changes):
    return replace(RECIPE, settings=SETTINGS.model_copy(update=changes))


@pytest.mark.parametrize(
    ("horizon", "rows_per_horizon", "stride", "rows_per_label"),
    [(24, 4, 6, 4), (4, 4, 1, 4), (4, 2, 2, 2), (4, 1_000, 1, 4), (1, 4, 1, 1), (10, 4, 2, 5)],
)
def test_rows_are_as_many_a_horizon_as_asked_for(horizon, rows_per_horizon, stride, rows_per_label):
    made = replace(with_settings(rows_per_horizon=rows_per_horizon), horizon=horizon)
    assert (made.stride, made.rows_per_label) == (stride, rows_per_label)


def test_thinning_goes_by_the_candle_not_by_the_row():
    candles = np.array([5, 6, 8, 9, 11, 12, 14])
    thinned = replace(with_settings(rows_per_horizon=1), horizon=3).thinned(candles)
    assert candles[thinned].tolist() == [6, 9, 12]
    # A window that begins later keeps the same ones.
    later = replace(with_settings(rows_per_horizon=1), horizon=3).thinned(candles[2:])
    assert candles[2:][later].tolist() == [9, 12]


def test_every_row_is_kept_where_labels_do_not_overlap():
    assert replace(RECIPE, horizon=1).thinned(np.arange(10)).all()


@pytest.mark.parametrize(
    ("n_features", "name", "expected"),
    [
        ({}, "&-forward_return", 6),
        ({"forward_return": 3}, "&-forward_return", 3),
        ({"forward_return": 3}, "forward_return", 3),
        ({"forward_return": "all"}, "&-forward_return", "all"),
        ({"forward_return": 3}, "&-forward_volatility", 6),
    ],
)
def test_each_target_has_its_own_number_of_features(n_features, name, expected):
    made = replace(with_settings(n_features=n_features), target=Target.of(name))
    preprocessor = made.preprocessor()
    assert preprocessor.n_features == expected
    assert preprocessor.outlier_share == PREPROCESSING.outlier_share
    assert PREPROCESSING.preprocessor().n_features == 6


def test_members_are_new_ones_each_time_and_get_their_parameters():
    made = replace(RECIPE, parameters={"lightgbm": {"num_boost_round": 3}})
    first, second = made.members(), made.members()
    assert first.names == ("linear", "lightgbm")
    assert first.members[1].parameters.num_boost_round == 3
    assert first.members[1].learn == "sign"
    assert all(a is not b for a, b in zip(first.members, second.members))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"purge_candles": HORIZON}),
        ({"lstm": {"epochs": 2}}, {"purge_candles": HORIZON, "epochs": 2}),
        ({"lstm": {"purge_candles": 9}}, {"purge_candles": 9}),
    ],
)
def test_a_network_is_told_the_horizon(monkeypatch, given, expected):
    asked = []
    monkeypatch.setattr(recipe, "MemberGroup", lambda *arguments: asked.append(arguments))
    replace(RECIPE, parameters={"linear": {"penalty": 0.1}, **given}).members()
    names, learn, seed, parameters = asked[0]
    assert (names, learn, seed) == (RECIPE.names, "sign", SETTINGS.seed)
    assert parameters == {"linear": {"penalty": 0.1}, "lstm": expected}
    assert given.get("lstm", {}).keys() <= expected.keys()
