"""What is common to members: checks of what goes in, and units of what comes out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.errors import BadRows, NotFitted, TooLittleData
from aurum_plugins.forecasting.members.target_scale import TargetScale
from aurum_plugins.forecasting.target import Learn

# Fewer leave no room for two leaves.
LEAST_ROWS = 40


class CheckedMember(ABC):
    """Base of the members: rows are checked, targets scaled, scores bounded, in one place.

    Parameters
    ----------
    learn : "sign" or "value"
    seed : int in [0, 2**32 - 1]

    Attributes
    ----------
    scale_ : TargetScale
    columns_ : int
        Features that it was fitted on.
    """

    name: ClassVar[str]
    window: int = 1

    scale_: TargetScale
    columns_: int

    def __init__(self, learn: Learn, seed: int) -> None:
        self.learn = learn
        self.seed = seed

    def fit(self, features: FloatArray, target: FloatArray, candles: IntArray) -> None:
        """Learn from training rows: see `Member.fit`.

        Raises
        ------
        aurum_plugins.forecasting.errors.ForecastingError
            `BadRows` for arrays of different lengths, candles that do not rise or numbers that are
            not finite; `TooLittleData`; `OneOutcome`.
        """
        self._check(features, candles)
        if target.shape != candles.shape:
            raise BadRows(f"{self.name}: {len(target)} labels, but {len(candles)} candles")
        if not np.isfinite(target).all():
            raise BadRows(f"{self.name}: labels must be finite")
        if len(target) < LEAST_ROWS:
            raise TooLittleData(f"member {self.name}", len(target), LEAST_ROWS)
        scale = TargetScale.of(self.learn, target, self.name)
        self._learn(features, scale.to_learn(target), candles)
        self.scale_ = scale
        self.columns_ = features.shape[1]

    def score(self, features: FloatArray, candles: IntArray) -> FloatArray:
        """Score rows: see `Member.score`.

        Raises
        ------
        aurum_plugins.forecasting.errors.ForecastingError
            `NotFitted`; `BadRows`, also for another number of features than it was fitted on.
        """
        if not hasattr(self, "scale_"):
            raise NotFitted(f"member {self.name}")
        self._check(features, candles)
        if features.shape[1] != self.columns_:
            raise BadRows(
                f"{self.name}: {features.shape[1]} features, but fitted on {self.columns_}"
            )
        if not len(features):
            return np.empty(0)
        return self.scale_.to_scores(self._outputs(features, candles))

    @abstractmethod
    def _learn(self, features: FloatArray, values: FloatArray, candles: IntArray) -> None:
        """Fit to 0 and 1, or to standardised values."""

    @abstractmethod
    def _outputs(self, features: FloatArray, candles: IntArray) -> FloatArray:
        """Log-odds or standardised values, shape (n,)."""

    def _check(self, features: FloatArray, candles: IntArray) -> None:
        if features.ndim != 2 or candles.shape != features.shape[:1]:  # noqa: PLR2004 - a table
            raise BadRows(
                f"{self.name}: features of shape {features.shape}, candles of {candles.shape}"
            )
        if not (candles[1:] > candles[:-1]).all():
            raise BadRows(f"{self.name}: candles must rise from row to row")
        if not np.isfinite(features).all():
            raise BadRows(f"{self.name}: features must be finite")
