from __future__ import annotations

import math

import numpy as np
import pytest

from aurum_plugins.forecasting.members.lstm_weights import LSTMWeights


def some_weights(columns, hidden, seed=0):
    rng = np.random.default_rng(seed)

    def drawn(*shape):
        return rng.normal(size=shape).astype(np.float32)

    return LSTMWeights(
        inputs=drawn(4 * hidden, columns),
        states=drawn(4 * hidden, hidden),
        bias=drawn(4 * hidden),
        head=drawn(hidden),
        head_bias=np.float32(0.25),
        direct=drawn(columns),
    )


def slow_output(weights, window):
    """One window, cell by cell, as Gers and others write it."""
    hidden = len(weights.head)

    def logistic(value):
        return 1.0 / (1.0 + math.exp(-value))

    state, cell = [0.0] * hidden, [0.0] * hidden
    for row in window:
        gates = [
            float(weights.bias[g])
            + sum(float(w) * float(x) for w, x in zip(weights.inputs[g], row))
            + sum(float(w) * s for w, s in zip(weights.states[g], state))
            for g in range(4 * hidden)
        ]
        enter, keep, new, leave = (gates[k * hidden : (k + 1) * hidden] for k in range(4))
        cell = [
            logistic(keep[j]) * cell[j] + logistic(enter[j]) * math.tanh(new[j])
            for j in range(hidden)
        ]
        state = [logistic(leave[j]) * math.tanh(cell[j]) for j in range(hidden)]
    return (
        float(weights.head_bias)
        + sum(float(w) * s for w, s in zip(weights.head, state))
        + sum(float(w) * float(x) for w, x in zip(weights.direct, window[-1]))
    )


def test_outputs_are_those_of_the_formula():
    weights = some_weights(3, 4)
    features = np.random.default_rng(1).normal(size=(30, 3)).astype(np.float32)
    ends = np.array([4, 5, 17, 29])
    outputs = weights.outputs(features, ends, 5)
    expected = [slow_output(weights, features[end - 4 : end + 1]) for end in ends]
    assert outputs.dtype == np.float32
    np.testing.assert_allclose(outputs, expected, atol=2e-6)


def test_a_window_has_the_same_output_alone_as_among_others():
    weights = some_weights(7, 8)
    features = np.random.default_rng(1).normal(size=(1_200, 7)).astype(np.float32)
    ends = np.arange(11, 1_200)
    together = weights.outputs(features, ends, 12)
    for end in range(11, 1_200, 17):
        alone = weights.outputs(features[end - 11 : end + 1], np.array([11]), 12)
        assert alone[0] == together[end - 11]


def test_no_window_has_no_output():
    features = np.zeros((3, 2), dtype=np.float32)
    assert some_weights(2, 1).outputs(features, np.array([], dtype=np.int64), 5).shape == (0,)


def test_outputs_are_those_of_pytorch():
    torch = pytest.importorskip("torch", reason="needs the extra lstm (PyTorch)")
    from aurum_plugins.forecasting.members.lstm_network import LSTMNetwork

    network = LSTMNetwork(6, 8, torch.Generator().manual_seed(3)).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape))
        features = torch.randn(40, 6)
        ends = torch.arange(9, 40)
        expected = network(features[ends[:, None] + torch.arange(-9, 1)]).numpy()
    outputs = network.weights().outputs(features.numpy(), ends.numpy(), 10)
    np.testing.assert_allclose(outputs, expected, atol=5e-6)
