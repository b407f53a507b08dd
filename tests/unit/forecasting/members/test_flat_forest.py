from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor

from aurum_plugins.forecasting.members.flat_forest import FlatForest


def rows(count, seed=0):
    return np.random.default_rng(seed).normal(size=(count, 6))


@pytest.mark.parametrize("depth", [1, 4, None])
@pytest.mark.parametrize("family", [RandomForestRegressor, ExtraTreesRegressor])
def test_it_answers_as_scikit_learn_does(family, depth):
    known = rows(300)
    forest = family(n_estimators=13, max_depth=depth, random_state=1).fit(known, known[:, 0] ** 2)
    flat = FlatForest.of(forest.estimators_)
    asked = rows(1_100, 2)
    np.testing.assert_allclose(flat.mean(asked), forest.predict(asked), rtol=1e-12)


def test_a_value_on_a_threshold_goes_left_after_rounding():
    forest = RandomForestRegressor(n_estimators=5, max_depth=3, random_state=1)
    known = rows(200).round(1)
    forest.fit(known, known[:, 0])
    flat = FlatForest.of(forest.estimators_)
    inner = flat.threshold[flat.children[::2] != np.arange(len(flat.leaf))]
    asked = np.repeat(inner[:, None], 6, axis=1)
    np.testing.assert_allclose(flat.mean(asked), forest.predict(asked), rtol=1e-12)


def test_trees_without_a_split_answer_with_the_mean():
    known = rows(50)
    forest = RandomForestRegressor(n_estimators=3, min_samples_leaf=50, bootstrap=False)
    flat = FlatForest.of(forest.fit(known, known[:, 0]).estimators_)
    assert flat.depth == 0
    np.testing.assert_allclose(flat.mean(rows(4, 1)), known[:, 0].mean())


def test_a_row_has_the_same_answer_alone():
    known = rows(300)
    forest = RandomForestRegressor(n_estimators=60, max_depth=5, random_state=1)
    flat = FlatForest.of(forest.fit(known, known[:, 0]).estimators_)
    asked = rows(600, 2)
    alone = np.concatenate([flat.mean(asked[i : i + 1]) for i in range(600)])
    np.testing.assert_array_equal(alone, flat.mean(asked))
