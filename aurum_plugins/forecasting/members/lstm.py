"""A recurrent network over the last candles, trained by PyTorch."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.errors import TooLittleData
from aurum_plugins.forecasting.members.checked_member import LEAST_ROWS, CheckedMember
from aurum_plugins.forecasting.members.lstm_weights import Float32Array, LSTMWeights
from aurum_plugins.forecasting.pair_clock import in_order_of_time, moments
from aurum_plugins.forecasting.target import Learn
from aurum_plugins.settings import Section

# Robust standard deviations.
_BOUND = np.float32(2.0)


class LSTMParameters(Section):
    """Parameters of the member.

    Parameters
    ----------
    window : int in [2, 64]
        Candles that the network reads, the row's own included.
    hidden_size : int in [1, 256]
        Cells.
    most_windows : int in [40, 100000]
        Windows to learn from and to stop by, evenly spaced; labels of neighbours overlap.
    epochs : int in [1, 500]
        Rounds over the windows, at most.
    patience : int in [0, 500]
        Rounds without a better forecast of the tail that are borne.
    batch_size : int in [1, 10000]
    learning_rate : float in (0, 1]
    weight_decay : float in [0, 10]
    tail_share : float in [0.05, 0.5]
        Share of the windows, the latest, that training is stopped by and does not learn from.
    purge_candles : int in [0, 1000]
        Candles between the last window that is learnt from and the tail: the horizon of the label.
    """

    section = "aurum.members.lstm"

    window: int = Field(default=12, ge=2, le=64)
    hidden_size: int = Field(default=8, ge=1, le=256)
    most_windows: int = Field(default=3_000, ge=LEAST_ROWS, le=100_000)
    epochs: int = Field(default=4, ge=1, le=500)
    patience: int = Field(default=2, ge=0, le=500)
    batch_size: int = Field(default=256, ge=1, le=10_000)
    learning_rate: float = Field(default=0.01, gt=0, le=1)
    weight_decay: float = Field(default=0.01, ge=0, le=10)
    tail_share: float = Field(default=0.15, ge=0.05, le=0.5)
    purge_candles: int = Field(default=24, ge=0, le=1_000)


class LSTM(CheckedMember):
    """Long short-term memory over the features of consecutive candles.

    It wants every row, not a thinned choice: a window with a gap in it is neither learnt from nor
    scored. Training stops by the latest windows, so that a network that only learns noise is left
    where it knew the base rate.

    Parameters
    ----------
    learn : "sign" or "value"
    seed : int in [0, 2**32 - 1]
    parameters : LSTMParameters, optional

    Attributes
    ----------
    weights_ : LSTMWeights
    """

    name = "lstm"

    weights_: LSTMWeights

    def __init__(self, learn: Learn, seed: int, parameters: LSTMParameters | None = None) -> None:
        super().__init__(learn, seed)
        self.parameters = LSTMParameters() if parameters is None else parameters
        self.window = self.parameters.window

    def _learn(self, features: FloatArray, values: FloatArray, candles: IntArray) -> None:
        # PyTorch is an extra, and takes a second to import.
        from aurum_plugins.forecasting.members.lstm_network import train  # noqa: PLC0415

        learnt, checked = self._cut(candles)
        self.weights_ = train(
            _squashed(features),
            values.astype(np.float32),
            learnt,
            checked,
            self.learn,
            self.seed,
            self.parameters,
        )

    def _outputs(self, features: FloatArray, candles: IntArray) -> FloatArray:
        ends = complete_windows(candles, self.window)
        out = np.full(len(candles), np.nan)
        out[ends] = self.weights_.outputs(_squashed(features), ends, self.window)
        return out

    def _cut(self, candles: IntArray) -> tuple[IntArray, IntArray]:
        """Windows to learn from, and later ones to stop by."""
        ends = complete_windows(candles, self.window)
        ends = ends[in_order_of_time(candles[ends])]
        when = moments(candles)
        if len(ends) > self.parameters.most_windows:
            spaced = np.linspace(0, len(ends) - 1, self.parameters.most_windows)
            ends = ends[spaced.astype(np.int64)]
        tail = len(ends) - int(len(ends) * self.parameters.tail_share)
        learnt, checked = ends[:tail], ends[tail:]
        if len(checked):
            until = when[checked[0]] - self.parameters.purge_candles
            learnt = learnt[when[learnt] < until]
        if len(learnt) < LEAST_ROWS or not len(checked):
            raise TooLittleData("windows of member lstm", len(learnt), LEAST_ROWS)
        return learnt, checked


def _squashed(features: FloatArray) -> Float32Array:
    """Bound features, which are fat-tailed: sums over many candles add up their extremes."""
    bounded: Float32Array = _BOUND * np.tanh(features.astype(np.float32) / _BOUND)
    return bounded


def complete_windows(candles: IntArray, window: int) -> IntArray:
    """Positions of rows whose candle and the ``window - 1`` before it are all there.

    Parameters
    ----------
    candles : ndarray of int, shape (n,)
        Rising.
    window : int
        At least 2.
    """
    span = candles[window - 1 :] - candles[: max(0, len(candles) - window + 1)]
    return np.flatnonzero(span == window - 1) + window - 1
