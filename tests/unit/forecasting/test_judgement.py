from __future__ import annotations

import numpy as np
import pytest
from forecast_rows import (
    HORIZON,
    RETURN,
    TARGETS,
    TRAINED,
    VOLATILITY,
    ForecastRows,
    fit_on,
    forecast_rows,
    small_ensemble,
    trained_ensemble,
)
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from aurum_plugins.forecasting.judgement import judge

PAST = forecast_rows().part(slice(TRAINED))
EARLIER = forecast_rows().part(slice(TRAINED - 200))


def judged_with(champion, challenger=None, rows=PAST):
    return judge(
        challenger or trained_ensemble(), champion, rows.features, rows.labels, rows.candles
    )


@pytest.fixture(scope="module")
def block():
    """Rows of the judgement block, and whether the challenger may be judged on them."""
    inside = np.isin(PAST.candles, trained_ensemble().judgement_candles_)
    rows = PAST.part(np.flatnonzero(inside))
    forecasts = trained_ensemble().forecast(rows.features, rows.candles, judged=True)
    return rows, forecasts.targets


@pytest.fixture(scope="module")
def earlier():
    return fit_on(small_ensemble(), EARLIER)


def test_figures_are_those_of_the_judgement_block(block):
    rows, forecasts = block
    judgement = judged_with(None)
    assert judgement.compared is None
    assert [judged.target for judged in judgement.judged] == [RETURN, VOLATILITY]
    for judged in judgement.judged:
        forecast = forecasts[judged.target]
        usable, label = forecast.usable, rows.labels[judged.target].to_numpy()[forecast.usable]
        up, probability = label > 0, forecast.probability[usable]
        base_rate = trained_ensemble().models_[judged.target].trained_.base_rate
        assert judged.rows == usable.sum() < len(rows)
        assert judged.effective_rows == judged.rows / HORIZON
        assert judged.accuracy == pytest.approx(np.mean((probability > 0.5) == up))
        assert judged.base_rate_accuracy == pytest.approx(np.mean(up == (base_rate > 0.5)))
        assert judged.auc == pytest.approx(roc_auc_score(up, probability))
        assert judged.log_loss == pytest.approx(log_loss(up, probability))
        skill = 1 - brier_score_loss(up, probability) / np.mean((base_rate - up) ** 2)
        assert judged.brier_skill == pytest.approx(skill)
        inside = (label >= forecast.lower[usable].T) & (label <= forecast.upper[usable].T)
        assert [judged.coverage_80, judged.coverage_90] == pytest.approx(inside.mean(axis=1))


def test_the_model_is_judged_by_members_that_did_not_see_the_block(block):
    rows, forecasts = block
    seen = trained_ensemble().forecast(rows.features, rows.candles).targets[RETURN]
    assert (seen.probability != forecasts[RETURN].probability).any()


def test_without_its_own_labels_a_row_is_not_judged():
    labels = PAST.labels.copy()
    labels.iloc[-50:, 0] = np.nan
    usual = judged_with(None).judged
    found = judged_with(None, rows=ForecastRows(PAST.features, labels, PAST.candles)).judged
    assert found[0].rows < usual[0].rows
    assert found[1] == usual[1]


def test_with_no_row_at_all_nothing_is_known():
    features = PAST.features.copy()
    features.iloc[-120:] = np.nan
    for judged in judged_with(None, rows=ForecastRows(features, PAST.labels, PAST.candles)).judged:
        assert (judged.rows, judged.effective_rows) == (0, 0.0)
        figures = [judged.accuracy, judged.brier_skill, judged.auc, judged.coverage_80]
        assert np.isnan([*figures, judged.coverage_90, judged.log_loss]).all()


def test_an_older_champion_is_compared_on_the_whole_block(block, earlier):
    rows, forecasts = block
    judgement = judged_with(earlier)
    assert [compared.target for compared in judgement.compared] == [RETURN, VOLATILITY]
    theirs = earlier.forecast(rows.features, rows.candles, judged=True).targets
    for compared, judged in zip(judgement.compared, judgement.judged):
        name = compared.target
        both = forecasts[name].usable & theirs[name].usable
        up = rows.labels[name].to_numpy()[both] > 0
        assert compared.rows == both.sum() <= judged.rows
        assert compared.effective_rows == compared.rows / HORIZON
        expected = [log_loss(up, each[name].probability[both]) for each in (forecasts, theirs)]
        assert [compared.challenger, compared.champion] == pytest.approx(expected)
        assert compared.standard_error > 0
    assert judgement.judged == judged_with(None).judged


def test_a_model_compared_with_itself_is_no_worse(block):
    for compared in judged_with(trained_ensemble()).compared:
        assert compared.challenger == compared.champion
        assert compared.standard_error == 0.0


def test_only_rows_after_the_champions_calibration_are_compared():
    later = fit_on(small_ensemble(), forecast_rows().part(slice(60, TRAINED + 60)))
    unseen = PAST.candles >= later.judgement_candles_[0]
    assert 0 < unseen.sum() < len(trained_ensemble().judgement_candles_)
    for compared in judged_with(later).compared:
        assert 0 < compared.rows <= unseen.sum()


def test_a_champion_that_saw_it_all_is_compared_on_nothing():
    newer = fit_on(small_ensemble(), forecast_rows().part(slice(300, None)))
    assert newer.judgement_candles_[0] > PAST.candles[-1]
    for compared in judged_with(newer).compared:
        assert (compared.rows, compared.effective_rows) == (0, 0.0)
        assert np.isnan([compared.challenger, compared.champion, compared.standard_error]).all()


def test_a_champion_of_other_features_is_compared_on_nothing(earlier):
    gone = earlier.models_[RETURN].trained_.feature_names[0]
    rows = ForecastRows(PAST.features.drop(columns=gone), PAST.labels, PAST.candles)
    challenger = fit_on(small_ensemble(), rows)
    judgement = judged_with(earlier, challenger, rows)
    assert judgement.compared == ()
    assert judgement.judged == judged_with(None, challenger, rows).judged


def test_a_champion_of_other_targets_is_compared_on_those_it_has():
    champion = fit_on(small_ensemble((TARGETS[1],)), EARLIER)
    assert [compared.target for compared in judged_with(champion).compared] == [VOLATILITY]


def test_nothing_before_the_block_is_looked_at(earlier):
    rows = PAST.part(slice(None))
    first = np.flatnonzero(PAST.candles >= trained_ensemble().judgement_candles_[0] - 1)[0]
    rows.features.iloc[:first] = -3.0
    rows.labels.iloc[:first] = 9.0
    assert judged_with(earlier, rows=rows) == judged_with(earlier)
