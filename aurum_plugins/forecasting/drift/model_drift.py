"""Both monitors of one model, fitted when it is trained and read when it forecasts."""

from __future__ import annotations

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.conformal.outcomes import Outcomes
from aurum_plugins.forecasting.drift.drift_reading import DriftReading, InputReading
from aurum_plugins.forecasting.drift.drift_state import DriftState, assess_drift
from aurum_plugins.forecasting.drift.input_drift import InputDrift
from aurum_plugins.forecasting.drift.loss_drift import LossDrift
from aurum_plugins.forecasting.drift.realised_losses import realised_losses
from aurum_plugins.forecasting.drift.settings import DriftSettings
from aurum_plugins.forecasting.target import Learn


class ModelDrift:
    """Whether a model has drifted, from its losses and its features.

    Parameters
    ----------
    learn : "sign" or "value"
    horizon : int
        Candles until an outcome is known.
    settings : DriftSettings
    inputs : InputDrift
        Fitted on the training rows.
    """

    def __init__(
        self, learn: Learn, horizon: int, settings: DriftSettings, inputs: InputDrift
    ) -> None:
        self.learn = learn
        self.settings = settings
        self._losses = LossDrift(horizon, settings.loss_candles, settings.loss_threshold)
        self._inputs = inputs

    def fit(self, outcomes: Outcomes) -> None:
        """Learn what losses are usual, from held-out rows."""
        self._losses.fit(self._of(outcomes), outcomes.candles)

    def read(
        self,
        outcomes: Outcomes,
        features: FloatArray,
        candles: IntArray,
        rows: BoolArray,
        first: int = 0,
    ) -> DriftState:
        """Read both monitors.

        Parameters
        ----------
        outcomes : Outcomes
            Forecasts and what came of them; those that a row cannot know are not looked at.
        features : ndarray of shape (n, d)
        candles : ndarray of int, shape (n,)
            Rising.
        rows : ndarray of bool, shape (n,)
            Rows that came after the training: of the others nothing is said, and what is said of a
            row does not depend on how many of them are there.
        first : int
            The first row to read at.

        Returns
        -------
        DriftState
            n - first rows.
        """
        # Rows before the window of the first that is wanted change nothing.
        start = max(0, first - self.settings.input_candles)
        features, candles, rows = features[start:], candles[start:], rows[start:]
        wanted = slice(first - start, None)
        loss = self._losses.read(self._of(outcomes), outcomes.candles, candles[wanted])
        loss.drifted[~rows[wanted]] = False
        columns = features.shape[1]
        statistic = np.full(len(candles), np.nan)
        drifted, none = np.zeros(len(candles), dtype=np.bool_), (len(candles), columns)
        shifted, dead = np.zeros(none, dtype=np.bool_), np.zeros(none, dtype=np.bool_)
        if rows[wanted].any():
            inputs = self._inputs.read(features[rows], candles[rows])
            statistic[rows], drifted[rows] = inputs.statistic, inputs.drifted
            shifted[rows], dead[rows] = inputs.shifted, inputs.dead
        reading = InputReading(
            statistic[wanted], drifted[wanted], shifted=shifted[wanted], dead=dead[wanted]
        )
        return assess_drift(DriftReading(loss.statistic, loss.drifted), reading, self.settings)

    def _of(self, outcomes: Outcomes) -> FloatArray:
        forecast = outcomes.value if self.learn == "value" else outcomes.probability
        return realised_losses(self.learn, forecast, outcomes.target)
