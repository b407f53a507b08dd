"""Models of several targets, trained on the same rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from aurum_plugins.forecasting.arrays import FloatArray
from aurum_plugins.forecasting.expected_spread import expected_spread
from aurum_plugins.forecasting.labelled_rows import LabelledRows
from aurum_plugins.forecasting.recipe import Recipe
from aurum_plugins.forecasting.target import Target
from aurum_plugins.forecasting.target_model import TargetModel


def by_value_first(targets: Sequence[Target]) -> list[int]:
    """Positions of the targets in the order of training: the others' spread is forecast by these.

    Parameters
    ----------
    targets : sequence of Target
    """
    return sorted(range(len(targets)), key=lambda column: targets[column].learn != "value")


def target_models(
    targets: Sequence[Target],
    recipe: Callable[[Target], Recipe],
    rows: LabelledRows,
    least_completeness: float,
) -> dict[str, TargetModel]:
    """Train a model for each target.

    Parameters
    ----------
    targets : sequence of Target
        As the columns of the outcomes.
    recipe : callable
    rows : LabelledRows
    least_completeness : float in [0, 1]
        Share of the rows in which a feature must have a value; the others are left out.

    Returns
    -------
    dict of str to TargetModel
        By the target's name, in the order of training.

    Raises
    ------
    aurum_plugins.forecasting.errors.ForecastingError
    aurum_plugins.preprocessing.PreprocessingError
    """
    whole = _completeness(rows.features.to_numpy(np.float64)) >= least_completeness
    rows = rows.only(whole)
    spread = np.ones(len(rows.candles))
    models: dict[str, TargetModel] = {}
    for column in by_value_first(targets):
        target = targets[column]
        model = TargetModel(recipe(target))
        model.fit(rows.features, rows.outcomes[:, column], rows.candles, rows.blocks, spread)
        models[target.name] = model
        if target.learn == "value":
            held = model.trained_.held_out
            spread = np.ones(len(rows.candles))
            expected = expected_spread(model.value(held.scores))
            spread[np.isin(rows.candles, held.candles)] = expected
    return models


def _completeness(features: FloatArray) -> FloatArray:
    return np.asarray(np.isfinite(features).mean(axis=0))
