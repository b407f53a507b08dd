"""Forecasts and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray
from aurum_plugins.forecasting.conformal.forecasted import Forecasted


@dataclass(frozen=True, eq=False)
class Outcomes(Forecasted):
    """Past forecasts of rows that the model was not fitted on, and their labels.

    Attributes
    ----------
    target : ndarray of shape (n,)
        The label; NaN where it is not known, or not yet. Above 0 the outcome was "up".
    """

    target: FloatArray

    @property
    def complete(self) -> BoolArray:
        """Rows of which everything is known, the label included."""
        return np.asarray(super().complete & np.isfinite(self.target))

    @property
    def residual(self) -> FloatArray:
        """How far each label was from its forecast, in spreads: never negative."""
        with np.errstate(over="ignore"):
            return np.asarray(np.abs(self.target - self.value) / self.spread)

    @property
    def surprise(self) -> FloatArray:
        """How improbable each forecast called the sign that came."""
        return np.where(self.target > 0, 1.0 - self.probability, self.probability)

    def known(self) -> Outcomes:
        """Give the complete rows alone."""
        return self[self.complete]
