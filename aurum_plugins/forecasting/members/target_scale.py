"""What members are fitted to, and how their outputs become scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from aurum_plugins.forecasting.arrays import FloatArray
from aurum_plugins.forecasting.errors import OneOutcome
from aurum_plugins.forecasting.target import Learn

HIGHEST_LOG_ODDS = 6.0
# Share of the labels at either end that counts as the last one within.
TAIL = 0.005


@dataclass(frozen=True)
class TargetScale:
    """One target in units that every library learns alike.

    A sign is learnt as 0 or 1. A value is clipped at the 0.5 and 99.5 % quantiles of the training
    labels, because squared errors would be about little else than its tails, and standardised,
    so that penalties weigh the same whatever its unit.

    Attributes
    ----------
    learn : "sign" or "value"
    lowest, highest, centre, unit : float
        Of a value, in its own unit: where it is clipped, and the mean and standard deviation of
        what is left.
    """

    learn: Learn
    lowest: float
    highest: float
    centre: float
    unit: float

    @classmethod
    def of(cls, learn: Learn, target: FloatArray, member: str) -> Self:
        """Learn the scale from training labels.

        Parameters
        ----------
        learn : "sign" or "value"
        target : ndarray of shape (n,)
            Finite; n > 0.
        member : str
            Who asks, for the error.

        Raises
        ------
        aurum_plugins.forecasting.errors.OneOutcome
            If all signs, or all values, are the same.
        """
        if learn == "sign":
            up = target > 0
            if up.all() or not up.any():
                raise OneOutcome(f"target of {member}", "rows it is fitted on")
            return cls(learn, 0.0, 1.0, 0.0, 1.0)
        lowest, highest = np.quantile(target, (TAIL, 1.0 - TAIL))
        if not lowest < highest:
            # Nearly all labels are alike: then the tails are all there is to learn.
            lowest, highest = target.min(), target.max()
        # Halves, because the distance of two finite numbers may be infinite.
        half = highest / 2 - lowest / 2
        if not half > 0:
            raise OneOutcome(f"target of {member}", "rows it is fitted on")
        clipped = (np.clip(target, lowest, highest) - lowest / 2 - highest / 2) / half
        return cls(
            learn,
            float(lowest),
            float(highest),
            float(lowest / 2 + highest / 2 + half * clipped.mean()),
            float(half * clipped.std()),
        )

    def to_learn(self, target: FloatArray) -> FloatArray:
        """Labels in the units that are learnt, shape (n,)."""
        if self.learn == "sign":
            return (target > 0).astype(np.float64)
        return np.asarray((np.clip(target, self.lowest, self.highest) - self.centre) / self.unit)

    def to_scores(self, outputs: FloatArray) -> FloatArray:
        """Log-odds within bounds, or values in the target's own unit, shape (n,).

        Parameters
        ----------
        outputs : ndarray of shape (n,)
            Log-odds, or standardised values. NaN stays NaN.
        """
        outputs = np.asarray(outputs, dtype=np.float64)
        if self.learn == "sign":
            return np.clip(outputs, -HIGHEST_LOG_ODDS, HIGHEST_LOG_ODDS)
        return self.centre + self.unit * outputs
