from __future__ import annotations

import numpy as np
import pytest
from forecast_rows import (
    HORIZON,
    RETURN,
    TARGETS,
    TRAINED,
    fit_on,
    forecast_of,
    forecast_rows,
    numbers_of,
    small_ensemble,
    trained_ensemble,
)
from scipy.special import logit

from aurum_plugins.forecasting.errors import BadRows, NotFitted
from aurum_plugins.forecasting.target_model import TargetModel

AHEAD = forecast_rows().part(slice(TRAINED, None))
FOUR = ("linear", "random_forest", "lightgbm", "xgboost")
ONES = np.ones(len(AHEAD))


@pytest.fixture(scope="module", params=[target.name for target in TARGETS])
def model(request) -> TargetModel:
    return trained_ensemble(*FOUR).models_[request.param]


def asked(model, rows=AHEAD, spread=ONES, labelled=True, **how):
    labels = rows.labels[model.recipe.target.name].to_numpy()
    known = labels if labelled else np.full(len(rows), np.nan)
    since = trained_ensemble(*FOUR).trained_until_
    scored = model.score(rows.features, rows.candles, since, **how)
    return model.forecast(scored, known, spread, since)


def test_weights_are_a_share_of_each_member(model):
    assert tuple(model.weights) == FOUR
    assert sum(model.weights.values()) == pytest.approx(1.0)
    assert all(0.0 <= weight <= 1.0 for weight in model.weights.values())


def test_the_combined_score_is_weighted_and_calibrated(model):
    scores = asked(model).scores
    combined = scores @ np.array(list(model.weights.values()))
    slope, intercept = np.polyfit(combined, logit(model.probability(scores)), 1)
    assert slope >= 0
    fitted = slope * combined + intercept
    np.testing.assert_allclose(logit(model.probability(scores)), fitted, atol=1e-9)
    slope, intercept = np.polyfit(combined, model.value(scores), 1)
    assert slope >= 0
    np.testing.assert_allclose(model.value(scores), slope * combined + intercept, atol=1e-9)


def test_a_forecast_is_made_of_the_scores(model):
    forecast = asked(model)
    np.testing.assert_array_equal(forecast.probability, model.probability(forecast.scores))
    np.testing.assert_array_equal(forecast.value, model.value(forecast.scores))
    ends = forecast.upper + forecast.lower
    np.testing.assert_allclose(ends, 2 * forecast.value[:, None] + 0 * ends, atol=1e-12)
    assert (forecast.upper - forecast.lower >= 0).all()


def test_agreement_is_the_share_of_members_on_the_ensembles_side(model):
    forecast = asked(model)
    sides = [
        [model._sign.probability(np.array([score]))[0] > 0.5 for score in row]
        for row in forecast.scores
    ]
    expected = [
        np.mean([side == (together > 0.5) for side in row])
        for row, together in zip(sides, forecast.probability)
    ]
    assert forecast.agreement.tolist() == pytest.approx(expected)
    assert 0.5 < np.mean(expected) < 1.0


def test_judged_members_are_those_that_did_not_see_the_held_out_rows(model):
    judged, serving = asked(model, judged=True), asked(model)
    scaled = model.trained_.prepared(AHEAD.features)[0]
    everything = scaled, AHEAD.candles, np.arange(len(AHEAD))
    np.testing.assert_array_equal(judged.scores, model.trained_.judged.score(*everything))
    np.testing.assert_array_equal(serving.scores, model.trained_.serving.score(*everything))
    assert (judged.scores != serving.scores).any()


def test_records_start_with_the_held_out_rows(model):
    held = model.trained_.held_out
    np.testing.assert_array_equal(model.outcomes_.candles, held.candles)
    np.testing.assert_array_equal(model.outcomes_.target, held.target)
    np.testing.assert_array_equal(model.outcomes_.probability, model.probability(held.scores))
    assert np.isfinite(asked(model, labelled=False).lower[: HORIZON + 1]).all()


def test_the_record_follows_what_comes():
    model = trained_ensemble(*FOUR).models_[RETURN]
    usual, before = asked(model), asked(model, labelled=False)
    first = AHEAD.candles <= AHEAD.candles[0] + HORIZON - 1
    np.testing.assert_array_equal(usual.lower[first], before.lower[first])
    assert (usual.lower[~first] != before.lower[~first]).any()


def test_the_reach_of_intervals_is_in_spreads(model):
    forecast = asked(model)
    half = (forecast.upper - forecast.lower)[:, 1] / 2
    later = AHEAD.candles - AHEAD.candles[0] >= 200
    doubled = asked(model, spread=np.where(later, 2.0, 1.0))
    wide = (doubled.upper - doubled.lower)[:, 1] / 2
    # The first of the later rows is measured by earlier ones alone.
    row = int(np.argmax(later))
    if model.recipe.target.learn == "value":
        assert wide[row] == pytest.approx(2 * half[row])
    assert np.array_equal(wide[:row], half[:row])


@pytest.mark.parametrize("member", FOUR)
def test_a_subset_is_what_training_it_alone_gives(model, member):
    rows = forecast_rows().part(slice(TRAINED))
    alone = small_ensemble((model.recipe.target,), members=(member,))
    expected = fit_on(alone, rows).models_[model.recipe.target.name]
    # Alone, no other target widens the intervals of this one.
    whole = fit_on(small_ensemble((model.recipe.target,), members=FOUR), rows)
    subset = whole.models_[model.recipe.target.name].subset([member])
    assert subset.weights == expected.weights == {member: 1.0}
    found, wanted = asked(subset), asked(expected)
    for name in ("probability", "value", "lower", "upper", "confidence", "scores", "agreement"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), err_msg=name)


def test_a_subset_of_all_is_the_model_itself(model):
    found, wanted = asked(model.subset(FOUR)), asked(model)
    for name in ("probability", "value", "lower", "upper", "confidence", "novelty"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(wanted, name), atol=1e-12, err_msg=name
        )


def test_a_subset_leaves_the_model_as_it_was(model):
    before = asked(model)
    model.subset(["linear", "xgboost"])
    assert tuple(model.weights) == FOUR
    np.testing.assert_array_equal(asked(model).probability, before.probability)


def test_no_member_is_no_model(model):
    for names in ([], ["lstm"]):
        with pytest.raises(BadRows, match="a column a member"):
            model.subset(names)


def test_a_model_that_was_not_trained_does_not_forecast(model):
    with pytest.raises(NotFitted, match=f"the model of {model.recipe.target.name} was not trained"):
        asked(TargetModel(model.recipe))


def test_confidence_is_lowered_by_drift():
    ensemble = trained_ensemble(*FOUR)
    rows = AHEAD.part(slice(300))
    rows.features.iloc[100:] += 4.0
    found = forecast_of(ensemble, rows).targets[RETURN]
    figures = numbers_of(forecast_of(ensemble, rows))
    assert found.drift.inputs.drifted[150:].mean() > 0.5
    drifted = found.drift.drifted
    assert set(figures[f"{RETURN}.factor"][drifted]) <= {0.5, 0.25}
    assert (found.confidence[drifted] <= 0.5).all()
    layer = ensemble.models_[RETURN]._layer
    assert layer.levels == (0.8, 0.9)
