"""What an LSTM has learnt, and its outputs, in NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aurum_plugins.forecasting.arrays import IntArray

Float32Array = NDArray[np.float32]

# Windows at a time: what they need stays in the processor's cache.
_WINDOWS = 512


@dataclass(frozen=True, eq=False)
class LSTMWeights:
    """One layer of long short-term memory, and a linear output of its last state and last row.

    Sums run over features and cells one by one, and all else is element by element: a window's
    output is the same to the last bit alone or among others. Products of matrices, PyTorch's too,
    do not promise that, and a backtest would differ from the bot in the last digits. Nor is PyTorch
    needed to forecast.

    Attributes
    ----------
    inputs : ndarray of float32, shape (4 * hidden, d)
        Of the input, forget, cell and output gates in turn, as in PyTorch.
    states : ndarray of float32, shape (4 * hidden, hidden)
    bias : ndarray of float32, shape (4 * hidden,)
    head : ndarray of float32, shape (hidden,)
    head_bias : float32
    direct : ndarray of float32, shape (d,)
        Of the last row's features.

    References
    ----------
    S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9 (1997);
    F. Gers, J. Schmidhuber and F. Cummins, "Learning to forget", Neural Computation 12 (2000).
    """

    inputs: Float32Array
    states: Float32Array
    bias: Float32Array
    head: Float32Array
    head_bias: np.float32
    direct: Float32Array

    def outputs(self, features: Float32Array, ends: IntArray, window: int) -> Float32Array:
        """Outputs of the windows that end at some rows.

        Parameters
        ----------
        features : ndarray of float32, shape (n, d)
        ends : ndarray of int, shape (k,)
            Position of each window's last row, at least ``window - 1``.
        window : int
            Rows in a window.

        Returns
        -------
        ndarray of float32, shape (k,)
        """
        # The part of the gates that does not depend on the state is the same in every window.
        columns = np.ascontiguousarray(features.T)
        gates = _weighted_sum(self.inputs, columns, self.bias)
        direct = _weighted_sum(self.direct[None, :], columns, np.array([self.head_bias]))[0]
        out = np.empty(len(ends), dtype=np.float32)
        for start in range(0, len(ends), _WINDOWS):
            chosen = ends[start : start + _WINDOWS]
            out[start : start + _WINDOWS] = direct[chosen] + self._recurrent(gates, chosen, window)
        return out

    def _recurrent(self, gates: Float32Array, ends: IntArray, window: int) -> Float32Array:
        hidden = len(self.head)
        state = np.zeros((hidden, len(ends)), dtype=np.float32)
        cell = np.zeros_like(state)
        for step in range(1 - window, 1):
            now = gates.take(ends + step, axis=1)
            _add_weighted_sum(now, self.states, state)
            cell = _sigmoid(now[hidden : 2 * hidden]) * cell + _sigmoid(now[:hidden]) * np.tanh(
                now[2 * hidden : 3 * hidden]
            )
            state = _sigmoid(now[3 * hidden :]) * np.tanh(cell)
        outputs: Float32Array = np.zeros(len(ends), dtype=np.float32)
        _add_weighted_sum(outputs[None, :], self.head[None, :], state)
        return outputs


def _weighted_sum(weights: Float32Array, values: Float32Array, bias: Float32Array) -> Float32Array:
    total = np.repeat(bias[:, None], values.shape[1], axis=1)
    _add_weighted_sum(total, weights, values)
    return total


def _add_weighted_sum(total: Float32Array, weights: Float32Array, values: Float32Array) -> None:
    """Add the product of the weights (g, k) and the values (k, n) to the total (g, n)."""
    term = np.empty_like(total)
    for column, value in zip(weights.T[:, :, None], values):
        np.multiply(column, value, out=term)
        np.add(total, term, out=total)


def _sigmoid(values: Float32Array) -> Float32Array:
    gate: Float32Array = np.float32(0.5) * (np.tanh(np.float32(0.5) * values) + np.float32(1.0))
    return gate
