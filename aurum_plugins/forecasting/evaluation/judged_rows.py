"""Checks of forecasts and what came true, before anything is computed from them."""

from __future__ import annotations

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.errors import BadRows


def check_numbers(**columns: FloatArray | IntArray) -> None:
    """Refuse columns of rows that differ in length, or hold what is not finite.

    Raises
    ------
    aurum_plugins.forecasting.errors.BadRows
        Naming the column and its first bad row.
    """
    check_lengths(**columns)
    for name, column in columns.items():
        bad = np.flatnonzero(~np.isfinite(column))
        if len(bad):
            raise BadRows(f"{name} must be finite, but row {bad[0]} is {column[bad[0]]}")


def check_probabilities(probability: FloatArray, outcome: BoolArray) -> None:
    """Refuse probabilities outside [0, 1], and outcomes that are not booleans.

    Raises
    ------
    aurum_plugins.forecasting.errors.BadRows
        Naming what is wrong, and the first bad row.
    """
    check_lengths(probability=probability, outcome=outcome)
    check_outcome(outcome)
    bad = np.flatnonzero(~((probability >= 0) & (probability <= 1)))
    if len(bad):
        raise BadRows(f"probability must be from 0 to 1, but row {bad[0]} is {probability[bad[0]]}")


def check_outcome(outcome: BoolArray) -> None:
    """Refuse what is not an array of booleans: a target is not the sign of it.

    Raises
    ------
    aurum_plugins.forecasting.errors.BadRows
    """
    if outcome.dtype != np.bool_:
        raise BadRows(f"outcome must be booleans, target > 0, got {outcome.dtype}")


def check_lengths(**columns: FloatArray | IntArray | BoolArray) -> None:
    """Refuse columns that are not of one dimension and one length.

    Raises
    ------
    aurum_plugins.forecasting.errors.BadRows
    """
    shapes = {name: column.shape for name, column in columns.items()}
    if len(set(shapes.values())) > 1 or any(len(shape) != 1 for shape in shapes.values()):
        got = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise BadRows(f"columns must be of one dimension and one length, got {got}")
