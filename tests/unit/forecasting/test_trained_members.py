from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecast_rows import (
    DRIFT,
    HORIZON,
    PARAMETERS,
    PREPROCESSING,
    RETURN,
    SETTINGS,
    TARGETS,
    VOLATILITY,
    forecast_rows,
)

from aurum_plugins.forecasting.errors import OneOutcome
from aurum_plugins.forecasting.member_group import MemberGroup
from aurum_plugins.forecasting.recipe import Recipe
from aurum_plugins.forecasting.trained_members import TrainedMembers
from aurum_plugins.forecasting.training_blocks import TrainingBlocks
from aurum_plugins.forecasting.validation.purged_folds import PurgedFolds
from aurum_plugins.preprocessing import PreprocessingError, Preprocessor

ROWS = 900
TABLE = forecast_rows().part(slice(ROWS))
BLOCKS = TrainingBlocks.of(TABLE.candles, HORIZON, SETTINGS)
SPREAD = np.linspace(0.5, 2.0, ROWS)


def recipe_of(target=TARGETS[0], outlier_share=0.0, **settings):
    return Recipe(
        target=target,
        horizon=HORIZON,
        names=SETTINGS.members,
        settings=SETTINGS.model_copy(update=settings),
        preprocessing=PREPROCESSING.model_copy(update={"outlier_share": outlier_share}),
        drift=DRIFT,
        parameters=PARAMETERS,
    )


def train(recipe=None, features=TABLE.features, labels=None, blocks=BLOCKS):
    recipe = recipe or recipe_of()
    known = TABLE.labels[recipe.target.name].to_numpy() if labels is None else labels
    return TrainedMembers.of(recipe, features, known, TABLE.candles, blocks, SPREAD)


@pytest.fixture(scope="module", params=["sign", "value"])
def recipe(request):
    return recipe_of(next(target for target in TARGETS if target.learn == request.param))


@pytest.fixture(scope="module")
def trained(recipe):
    return train(recipe)


def labels_of(recipe):
    return TABLE.labels[recipe.target.name].to_numpy()


def test_features_are_chosen_on_the_thinned_first_block(recipe, trained):
    chosen = BLOCKS.fitted[recipe.thinned(TABLE.candles)[BLOCKS.fitted]]
    expected = recipe.preprocessor().fit(TABLE.features.iloc[chosen], labels_of(recipe)[chosen])
    assert trained.feature_names == list(expected.get_feature_names_out())
    scaled, usable, _ = trained.prepared(TABLE.features)
    np.testing.assert_array_equal(scaled, expected.transform(TABLE.features))
    np.testing.assert_array_equal(usable, expected.usable_rows(TABLE.features))
    # Columns that were not chosen are not looked at, nor is their order.
    shuffled = TABLE.features[list(reversed(trained.feature_names))].assign(other="x")
    np.testing.assert_array_equal(trained.prepared(shuffled)[0], scaled)


def fitted_group(recipe, trained, rows):
    """Members fitted on the usable, thinned ones of some rows."""
    scaled, usable, _ = trained.prepared(TABLE.features)
    wanted = usable & recipe.thinned(TABLE.candles)
    group = MemberGroup(recipe.names, recipe.target.learn, SETTINGS.seed, PARAMETERS)
    group.fit(scaled[rows], labels_of(recipe)[rows], TABLE.candles[rows], wanted[rows])
    return group, scaled, wanted


@pytest.mark.parametrize("name", ["judged", "serving"])
def test_members_are_fitted_on_their_blocks(recipe, trained, name):
    rows = BLOCKS.fitted if name == "judged" else np.arange(ROWS)
    group, scaled, _ = fitted_group(recipe, trained, rows)
    everything = scaled, TABLE.candles, np.arange(ROWS)
    found = getattr(trained, name).score(*everything)
    np.testing.assert_array_equal(found, group.score(*everything))


def test_without_refit_the_judged_members_serve():
    trained = train(recipe_of(refit=False))
    assert trained.serving is trained.judged
    assert train().serving is not train().judged


def test_out_of_fold_scores_are_of_members_that_were_fitted_without_the_row(recipe, trained):
    candles, labels = TABLE.candles, labels_of(recipe)
    wanted = fitted_group(recipe, trained, BLOCKS.fitted)[2][BLOCKS.fitted]
    expected = np.full((len(BLOCKS.fitted), len(recipe.names)), np.nan)
    own = candles[BLOCKS.fitted]
    for train_rows, test_rows in PurgedFolds(2).split(own, own + HORIZON):
        group, scaled, _ = fitted_group(recipe, trained, BLOCKS.fitted[train_rows])
        rows = BLOCKS.fitted[test_rows]
        expected[test_rows] = group.score(scaled, candles, rows)
    np.testing.assert_array_equal(trained.out_of_fold, expected[wanted])
    np.testing.assert_array_equal(trained.out_of_fold_target, labels[BLOCKS.fitted][wanted])


def test_held_out_rows_are_the_usable_ones_of_both_later_blocks(recipe, trained):
    held = trained.held_out
    usable = trained.prepared(TABLE.features)[1]
    rows = np.array([row for row in BLOCKS.held_out if usable[row]])
    np.testing.assert_array_equal(held.candles, TABLE.candles[rows])
    np.testing.assert_array_equal(held.target, labels_of(recipe)[rows])
    np.testing.assert_array_equal(held.spread, SPREAD[rows])
    assert held.calibration.tolist() == [row in BLOCKS.calibration for row in rows]
    scaled = trained.prepared(TABLE.features)[0]
    np.testing.assert_array_equal(held.scores, trained.judged.score(scaled, TABLE.candles, rows))
    assert 0 < held.calibration.sum() < len(rows) < len(BLOCKS.held_out)


def test_the_base_rate_is_that_of_the_first_block(recipe, trained):
    assert trained.base_rate == np.mean(labels_of(recipe)[BLOCKS.fitted] > 0)


def test_what_came_after_the_first_block_changes_nothing_of_what_is_judged():
    first = len(BLOCKS.fitted)
    rng = np.random.default_rng(0)
    features, labels = TABLE.features.copy(), TABLE.labels[RETURN].to_numpy().copy()
    features.iloc[first:] = rng.normal(size=features.iloc[first:].shape) + 5.0
    labels[first:] = rng.normal(size=ROWS - first)
    before, after = train(recipe_of(refit=False)), train(recipe_of(refit=False), features, labels)
    assert after.feature_names == before.feature_names
    assert after.base_rate == before.base_rate
    np.testing.assert_array_equal(after.out_of_fold, before.out_of_fold)
    scaled = before.prepared(TABLE.features)[0]
    np.testing.assert_array_equal(after.prepared(TABLE.features)[0], scaled)
    everything = scaled, TABLE.candles, np.arange(ROWS)
    np.testing.assert_array_equal(after.judged.score(*everything), before.judged.score(*everything))
    np.testing.assert_array_equal(after.novelty.mean_, before.novelty.mean_)
    np.testing.assert_array_equal(after.inputs.edges_, before.inputs.edges_)


def test_later_blocks_change_what_serves():
    labels = TABLE.labels[RETURN].to_numpy().copy()
    labels[len(BLOCKS.fitted) :] *= -1.0
    everything = train().prepared(TABLE.features)[0], TABLE.candles, np.arange(ROWS)
    found, expected = (train(labels=known).serving.score(*everything) for known in (labels, None))
    assert (found != expected).any()


def test_rows_that_are_unlike_the_rest_are_not_fitted_on():
    recipe = recipe_of(outlier_share=0.2)
    chosen = BLOCKS.fitted[recipe.thinned(TABLE.candles)[BLOCKS.fitted]]
    offered = TABLE.features.iloc[chosen]
    whole = recipe.preprocessor().fit(offered, labels_of(recipe)[chosen])
    assert 0 < (~whole.inlier_mask_).sum() <= 0.2 * len(chosen)
    expected = labels_of(recipe)[chosen[whole.inlier_mask_ & whole.usable_rows(offered)]]
    np.testing.assert_array_equal(train(recipe).out_of_fold_target, expected)


def test_a_part_is_the_same_without_the_others(recipe, trained):
    part = trained.part(["lightgbm"])
    assert (part.names, trained.names) == (("lightgbm",), ("linear", "lightgbm"))
    assert part.serving.names == ("lightgbm",)
    np.testing.assert_array_equal(part.out_of_fold, trained.out_of_fold[:, [1]])
    np.testing.assert_array_equal(part.held_out.scores, trained.held_out.scores[:, [1]])
    assert part.held_out.target is trained.held_out.target
    assert part.preprocessor is trained.preprocessor


@pytest.mark.parametrize(
    ("block", "rows"), [("fitting", BLOCKS.fitted), ("calibration", BLOCKS.calibration)]
)
@pytest.mark.parametrize("value", [1.0, -2.5, 0.0])
def test_labels_with_nothing_to_tell_apart_are_refused(recipe, block, rows, value):
    labels = labels_of(recipe).copy()
    labels[rows] = value
    with pytest.raises(OneOutcome, match=f"all labels of the {block} block") as caught:
        train(recipe, labels=labels)
    assert (caught.value.target, caught.value.block) == (recipe.target.name, f"{block} block")


def test_one_sign_is_refused_of_a_value_as_well():
    labels = np.abs(TABLE.labels[VOLATILITY].to_numpy()) + 0.1
    with pytest.raises(OneOutcome, match="forward_volatility: all labels of the fitting block"):
        train(recipe_of(TARGETS[1]), labels=labels)


def test_too_few_features_that_hold_information_are_named():
    features = pd.DataFrame(0.0, index=TABLE.features.index, columns=TABLE.features.columns)
    with pytest.raises(PreprocessingError, match="n_features=6 needs"):
        train(features=features)


@pytest.fixture
def broken_scaling(monkeypatch):
    """A preprocessing that lets through what it never should: on rows 3 and 700."""
    stock = Preprocessor.transform

    def transform(self, table):
        scaled = stock(self, table).copy()
        if len(scaled) == ROWS:
            scaled[3, 0] = np.nan
            scaled[700, :2] = np.inf
        return scaled

    monkeypatch.setattr(Preprocessor, "transform", transform)


def test_nothing_was_ever_found_at_the_models_door(trained):
    assert trained.not_finite == 0
    assert not trained.prepared(TABLE.features)[2].any()


def test_rows_that_are_not_finite_are_refused_and_counted(trained, broken_scaling):
    scaled, usable, not_finite = trained.prepared(TABLE.features)
    assert np.isfinite(scaled).all()
    assert not usable[[3, 700]].any()
    assert usable.sum() > ROWS - 100
    assert {row: int(not_finite[row]) for row in np.flatnonzero(not_finite)} == {3: 1, 700: 2}


def test_a_training_leaves_them_out_and_counts_them(broken_scaling):
    found = train()
    assert found.not_finite == 3
    assert np.isfinite(found.held_out.scores).all()
    assert TABLE.candles[700] not in found.held_out.candles
