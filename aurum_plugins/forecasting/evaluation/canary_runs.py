"""The spoilt runs that `canaries` judges.

Shuffled labels go through the whole pipeline: training, calibration, forecast. For shuffled splits
a plain booster does: what is on trial there is the way of splitting, not the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.evaluation.canaries import Canary, CanaryKind
from aurum_plugins.forecasting.evaluation.forecast_table import ForecastTable
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.validation.purged_folds import PurgedFolds

FOLDS = 5
# Of fewer rows a fold, purging leaves nothing to learn from.
FEWEST_HORIZONS = 4
# A canary needs some thousand rows, not all of them.
MOST_ROWS = 5_000
_BOOSTER: dict[str, Any] = {
    "n_estimators": 60,
    "num_leaves": 15,
    "min_child_samples": 40,
    "learning_rate": 0.05,
}
_Splits = Iterator[tuple[IntArray, IntArray]]


def with_shuffled_labels(rows: PairRows, seed: int) -> PairRows:
    """The same rows, each with the labels of another.

    Labels that are not known stay where they are, and so do the features.
    """
    rng = np.random.default_rng(seed)
    known = np.flatnonzero(rows.labels.notna().all(axis=1).to_numpy())
    labels = rows.labels.copy()
    labels.iloc[known] = rows.labels.to_numpy()[rng.permutation(known)]
    return PairRows(
        rows.pair,
        rows.candles,
        rows.open_ms,
        rows.close,
        rows.features,
        labels,
        rows.persistence,
    )


def shuffled_labels_canary(frame: pd.DataFrame) -> Canary | None:
    """The canary of forecasts whose models were trained on shuffled labels.

    Parameters
    ----------
    frame : pandas.DataFrame of shape (n, m)
        Walked forward over rows of `with_shuffled_labels`, as `forecast_table` describes it.

    Returns
    -------
    Canary or None
        None if no row may be judged.
    """
    rows = ForecastTable.of(frame).answered
    if not len(rows):
        return None
    return Canary(
        CanaryKind.SHUFFLED_LABELS,
        rows.candles,
        rows.above,
        rows.reals("probability"),
        rows.reals("base_rate"),
    )


def shuffled_splits_canaries(rows: PairRows, horizon: int, seed: int) -> dict[str, Canary]:
    """By target, forecasts of the same rows under shuffled and under purged splits.

    Parameters
    ----------
    rows : PairRows
        The first `MOST_ROWS` rows that have a label are used.
    horizon : int
        Candles until a label is known.
    seed : int

    Returns
    -------
    dict of str to Canary
        Without targets that have too few rows, or one sign only.
    """
    canaries = ((name, _of_target(rows, name, horizon, seed)) for name in rows.labels.columns)
    return {name: canary for name, canary in canaries if canary is not None}


def _of_target(rows: PairRows, name: str, horizon: int, seed: int) -> Canary | None:
    labels = rows.labels[name].to_numpy(np.float64)
    known = np.flatnonzero(np.isfinite(labels))[:MOST_ROWS]
    above = labels[known] > 0.0
    if len(known) < FEWEST_HORIZONS * FOLDS * horizon or above.all() or not above.any():
        return None
    features = rows.features.to_numpy(np.float32)[known]
    candles = rows.candles[known]
    purged_folds = PurgedFolds(FOLDS).split(candles, candles + horizon)
    shuffled, rate = _forecasts(features, above, _at_random(len(known), seed), seed)
    purged, _ = _forecasts(features, above, purged_folds, seed)
    return Canary(CanaryKind.SHUFFLED_SPLITS, candles, above, shuffled, rate, purged)


def _at_random(rows: int, seed: int) -> _Splits:
    fold = np.random.default_rng(seed).permutation(rows) % FOLDS
    for number in range(FOLDS):
        yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)


def _forecasts(
    features: FloatArray, above: BoolArray, splits: _Splits, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Out-of-fold probabilities, and the share above 0 of the rows they were learnt from."""
    probability, rate = np.full(len(above), np.nan), np.full(len(above), np.nan)
    for train, test in splits:
        rate[test] = above[train].mean()
        probability[test] = rate[test]
        if 0.0 < rate[test[0]] < 1.0:
            booster = lgb.LGBMClassifier(**_BOOSTER, n_jobs=1, random_state=seed, verbose=-1)
            booster.fit(features[train], above[train])
            probability[test] = np.asarray(booster.predict_proba(features[test]))[:, 1]
    return probability, rate
