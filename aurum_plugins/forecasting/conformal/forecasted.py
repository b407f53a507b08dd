"""Forecasts of consecutive rows, column by column."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.columns_of_rows import ColumnsOfRows
from aurum_plugins.forecasting.errors import BadRows


@dataclass(frozen=True, eq=False)
class Forecasted(ColumnsOfRows):
    """What one model forecast of one label at n rows.

    Attributes
    ----------
    candles : ndarray of int, shape (n,)
        Number of each row's candle, strictly rising.
    probability : ndarray of shape (n,)
        That the label will be above 0.
    value : ndarray of shape (n,)
        The expected label.
    spread : ndarray of shape (n,)
        How far labels were expected to lie from `value`, in any unit that is the same for all rows:
        intervals are as wide as it is, all else equal. Constant where nothing is known of it.
    regime : ndarray of int, shape (n,)
        As `Regimes.of` numbers them.

    Raises
    ------
    aurum_plugins.forecasting.errors.BadRows
        If lengths differ, or candles do not rise.
    """

    candles: IntArray
    probability: FloatArray
    value: FloatArray
    spread: FloatArray
    regime: IntArray

    def __post_init__(self) -> None:
        shapes = {field.name: np.shape(getattr(self, field.name)) for field in fields(self)}
        if len(shapes["candles"]) != 1 or len(set(shapes.values())) > 1:
            raise BadRows(f"columns of forecasts must be of one length each, got {shapes}")
        if len(self.candles) > 1 and (late := np.diff(self.candles) <= 0).any():
            at = int(np.argmax(late))
            raise BadRows(
                "candles of forecasts must rise from row to row, "
                f"got {self.candles[at + 1]} after {self.candles[at]}"
            )

    @property
    def complete(self) -> BoolArray:
        """Rows of which everything is known, and whose spread is above 0."""
        finite = np.isfinite(self.probability) & np.isfinite(self.value) & np.isfinite(self.spread)
        return np.asarray(finite & (self.spread > 0))
