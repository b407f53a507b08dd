"""The loss of a trial: real ensembles, few rows; nothing later than a window counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from forecast_rows import DRIFT, HORIZON, PREPROCESSING, SETTINGS, TARGETS, forecast_rows

from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.settings import EnsembleSettings
from aurum_plugins.forecasting.tuning.candidate import Candidate
from aurum_plugins.forecasting.tuning.objective import Objective
from aurum_plugins.forecasting.tuning.tuning_plan import TuningPlan
from aurum_plugins.forecasting.workers.local_workers import LocalWorkers

DAY = 100
ROWS = 1_300


def pair(name: str, rows: int = ROWS) -> PairRows:
    made = forecast_rows()
    part = made.part(slice(0, rows))
    return PairRows(
        pair=name,
        candles=part.candles,
        open_ms=part.candles * 3_600_000,
        close=np.ones(rows),
        features=part.features,
        labels=part.labels,
        persistence=part.labels.shift(HORIZON),
    )


def objective(pairs, workers: int = 1, **settings) -> Objective:
    ensemble = SETTINGS.model_dump() | {"members": ("linear",)} | settings
    first = int(pairs[0].candles[0])
    return Objective(
        pairs=pairs,
        plan=TuningPlan(first + 1_000, first + ROWS, 2, DAY),
        targets=TARGETS,
        horizon=HORIZON,
        candidate=Candidate(10, EnsembleSettings(**ensemble), {}),
        preprocessing=PREPROCESSING,
        drift=DRIFT,
        day_candles=DAY,
        workers=LocalWorkers(workers),
    )


@pytest.fixture(scope="module")
def scores() -> list:
    return list(objective([pair("A"), pair("B")]).scores({}))


def test_each_window_scores_every_pair_and_target(scores) -> None:
    assert len(scores) == 2
    for score in scores:
        assert score.failures == ()
        for target in TARGETS:
            sums = score.targets[target.name]
            assert 0 < sums.rows <= 2 * DAY
            # There is some signal in the rows.
            assert sums.mean_log_loss < np.log(2) + 0.05
            assert np.isfinite(sums.brier_skill)


def test_workers_change_nothing(scores) -> None:
    assert list(objective([pair("A"), pair("B")], workers=2).scores({})) == scores


def test_windows_are_trained_only_when_asked_for(scores) -> None:
    made = objective([pair("A"), pair("B")]).scores({})
    assert next(made) == scores[0]
    made.close()


def test_what_is_tried_changes_the_loss(scores) -> None:
    tried = objective([pair("A"), pair("B")]).scores({"aurum.members.linear.penalty": 100.0})
    assert next(tried).loss != scores[0].loss


def test_the_training_window_is_as_long_as_is_tried() -> None:
    half = objective([pair("A")], least_rows=700).scores({"freqai.train_period_days": 5})
    (failure,) = next(half).failures
    assert "A: TooLittleData: training window: " in failure


def test_a_window_without_a_model_loses_as_a_coin_does() -> None:
    score = next(objective([pair("A")], least_rows=5_000).scores({}))
    assert score.failures
    assert score.loss == pytest.approx(np.log(2))


def test_what_comes_after_a_window_changes_nothing_in_it(scores) -> None:
    spoilt = []
    for name in ("A", "B"):
        rows = pair(name)
        later = pd.Series(rows.candles >= rows.candles[0] + 1_000 + DAY)
        garbage = rows.features.mask(later, -7.0)
        # Labels of the window itself stay as they are.
        spoilt.append(replace(rows, features=garbage, labels=rows.labels.mask(later, 9.0)))
    assert next(objective(spoilt).scores({})) == scores[0]
