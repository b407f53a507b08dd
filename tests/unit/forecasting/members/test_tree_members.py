"""What is particular to the members made of trees; the rest is in the contract of all members."""

from __future__ import annotations

import json

import lightgbm
import numpy as np
import pytest
import xgboost
from scipy.special import expit
from sklearn.ensemble import RandomForestClassifier

from aurum_plugins.forecasting.members.lightgbm_trees import LightGBMParameters, LightGBMTrees
from aurum_plugins.forecasting.members.random_forest import RandomForest, RandomForestParameters
from aurum_plugins.forecasting.members.xgboost_trees import XGBoostParameters, XGBoostTrees


def some_rows(rows=600, seed=0):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(rows, 4))
    target = features[:, 0] - 0.5 * features[:, 1] + rng.normal(size=rows)
    return features, target, np.arange(rows)


def test_a_forest_of_signs_gives_the_log_odds_of_the_share_of_ups():
    features, target, candles = some_rows()
    parameters = RandomForestParameters(n_estimators=400, max_features=0.5, max_samples=0.7)
    member = RandomForest("sign", 5, parameters)
    member.fit(features, target, candles)
    # The two criteria order splits alike, so the same draws grow the same trees.
    forest = RandomForestClassifier(random_state=5, **parameters.model_dump())
    share = forest.fit(features, target > 0).predict_proba(features)[:, 1]
    # Other draws of the rows: what hundreds of trees agree on is the same.
    difference = np.abs(expit(member.score(features, candles)) - share)
    assert difference.mean() < 0.02
    assert difference.max() < 0.1


def test_a_forest_that_saw_only_ups_in_a_leaf_stays_finite():
    features, _, candles = some_rows()
    member = RandomForest("sign", 0, RandomForestParameters(max_features=1.0))
    member.fit(features, features[:, 0], candles)
    assert member.score(np.full((1, 4), 3.0), candles[:1])[0] == pytest.approx(6.0)


def test_lightgbm_gives_its_raw_score():
    features, target, candles = some_rows()
    member = LightGBMTrees("sign", 0, LightGBMParameters(feature_fraction=1.0))
    member.fit(features, target, candles)
    share = member.booster_.predict(features)
    np.testing.assert_allclose(
        member.score(features, candles), np.log(share / (1 - share)), rtol=1e-9
    )
    assert member.booster_.num_trees() == LightGBMParameters().num_boost_round


def test_lightgbm_is_silent(capfd):
    features, target, candles = some_rows()
    features[:, 2] = 0.0
    LightGBMTrees("value", 0).fit(features, target, candles)
    assert capfd.readouterr() == ("", "")


def test_xgboost_gives_its_margin():
    features, target, candles = some_rows()
    member = XGBoostTrees("sign", 0)
    member.fit(features, target, candles)
    share = member.booster_.predict(xgboost.DMatrix(features)).astype(float)
    np.testing.assert_allclose(
        member.score(features, candles), np.log(share / (1 - share)), atol=1e-5
    )
    assert member.booster_.num_boosted_rounds() == XGBoostParameters().num_boost_round


def test_xgboost_keeps_its_one_thread_to_itself():
    before = xgboost.get_config()
    features, target, candles = some_rows()
    member = XGBoostTrees("value", 0)
    member.fit(features, target, candles)
    assert xgboost.get_config() == before
    own = json.loads(member.booster_.save_config())["learner"]["generic_param"]
    assert own["nthread"] == "1"


@pytest.mark.parametrize(
    ("member", "parameters", "count"),
    [
        (RandomForest, RandomForestParameters(n_estimators=7), lambda m: len(m.forest_.roots)),
        (
            LightGBMTrees,
            LightGBMParameters(num_boost_round=7, feature_fraction=1.0),
            lambda m: m.booster_.num_trees(),
        ),
        (
            XGBoostTrees,
            XGBoostParameters(num_boost_round=7),
            lambda m: m.booster_.num_boosted_rounds(),
        ),
    ],
)
def test_parameters_reach_the_library(member, parameters, count):
    made = member("value", 0, parameters)
    made.fit(*some_rows())
    assert count(made) == 7


def test_parameters_are_called_as_in_the_libraries():
    assert not lightgbm.basic._ConfigAliases.get("verbosity") & set(LightGBMParameters.model_fields)
    settings = LightGBMParameters().model_dump()
    known = lightgbm.basic._ConfigAliases.get(*settings)
    assert set(settings) <= known
    for field in RandomForestParameters.model_fields:
        assert field in RandomForestClassifier().get_params()
    assert set(XGBoostParameters.model_fields) - {"num_boost_round"} <= set(
        xgboost.XGBRegressor().get_params()
    )
