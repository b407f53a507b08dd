"""The network of the LSTM member, and how it learns: the only place that needs PyTorch.

What it has learnt leaves as plain arrays.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

from aurum_plugins.forecasting.arrays import IntArray
from aurum_plugins.forecasting.members.lstm_weights import Float32Array, LSTMWeights
from aurum_plugins.forecasting.target import Learn

# The number of threads is PyTorch's for the whole process.
_ONE_TRAINING = threading.Lock()
_LARGEST_GRADIENT = 1.0
_FORGET_BIAS = 1.0
_HIDDEN_SHARE = 0.5


class LSTMNetwork(nn.Module):  # type: ignore[misc, unused-ignore]
    """A linear forecast from the last candle, and what a layer of cells adds to it.

    At first the output is 0, the base rate: what is not learnt does no harm. While it learns, half
    of the features are hidden from each window (Srivastava and others, 2014).

    Parameters
    ----------
    columns : int
        Features of a candle.
    hidden : int
        Cells.
    generator : torch.Generator
        Draws what is random. The process's own random numbers are left alone.

    References
    ----------
    N. Srivastava and others, "Dropout: a simple way to prevent neural networks from overfitting",
    Journal of Machine Learning Research 15 (2014). R. Jozefowicz, W. Zaremba and I. Sutskever, "An
    empirical exploration of recurrent network architectures", ICML (2015): the forget gate's bias.
    """

    def __init__(self, columns: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        # On no device, PyTorch draws no first weights of its own.
        self.cells = nn.LSTM(columns, hidden, batch_first=True, device="meta").to_empty(
            device="cpu"
        )
        self.head = nn.Linear(hidden, 1, device="meta").to_empty(device="cpu")
        self.direct = nn.Linear(columns, 1, bias=False, device="meta").to_empty(device="cpu")
        self.generator = generator
        with torch.no_grad():
            nn.init.xavier_uniform_(self.cells.weight_ih_l0, generator=generator)
            nn.init.orthogonal_(self.cells.weight_hh_l0, generator=generator)
            for zero in (
                self.cells.bias_ih_l0,
                self.cells.bias_hh_l0,
                self.head.weight,
                self.head.bias,
                self.direct.weight,
            ):
                zero.zero_()
            # Cells start by remembering.
            self.cells.bias_ih_l0[hidden : 2 * hidden] = _FORGET_BIAS

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Outputs of windows, (n, candles, columns) to (n,)."""
        if self.training:
            drawn = torch.rand(len(windows), 1, windows.shape[2], generator=self.generator)
            windows = windows * (drawn >= _HIDDEN_SHARE) / (1.0 - _HIDDEN_SHARE)
        _, (state, _) = self.cells(windows)
        outputs: torch.Tensor = self.head(state[-1]) + self.direct(windows[:, -1])
        return outputs[:, 0]

    def weights(self) -> LSTMWeights:
        """A copy of what was learnt, as arrays."""
        held = {name: tensor.numpy().copy() for name, tensor in self.state_dict().items()}
        return LSTMWeights(
            inputs=held["cells.weight_ih_l0"],
            states=held["cells.weight_hh_l0"],
            bias=held["cells.bias_ih_l0"] + held["cells.bias_hh_l0"],
            head=held["head.weight"][0],
            head_bias=np.float32(held["head.bias"][0]),
            direct=held["direct.weight"][0],
        )


def train(
    features: Float32Array,
    values: Float32Array,
    learnt: IntArray,
    checked: IntArray,
    learn: Learn,
    seed: int,
    parameters: Any,
) -> LSTMWeights:
    """Learn from windows, and stop where others are no longer forecast better.

    Parameters
    ----------
    features : ndarray of shape (n, d)
    values : ndarray of shape (n,)
        0 and 1, or standardised values.
    learnt, checked : ndarray of int
        Positions of the last candle of each window: to learn from, and to stop by.
    learn : "sign" or "value"
    seed : int
    parameters : LSTMParameters

    Returns
    -------
    LSTMWeights
        As they were after the epoch that forecast the checked windows best.
    """
    loss_of = nn.BCEWithLogitsLoss() if learn == "sign" else nn.MSELoss()
    rows, labels = torch.from_numpy(features), torch.from_numpy(values)
    steps = torch.arange(1 - parameters.window, 1)
    learnt_ends, checked_ends = torch.from_numpy(learnt), torch.from_numpy(checked)
    generator = torch.Generator().manual_seed(seed)
    with _one_thread():
        network = LSTMNetwork(features.shape[1], parameters.hidden_size, generator)
        optimiser = torch.optim.AdamW(
            network.parameters(), lr=parameters.learning_rate, weight_decay=parameters.weight_decay
        )

        def loss(ends: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = loss_of(network(rows[ends[:, None] + steps]), labels[ends])
            return result

        best, best_loss, waited = network.weights(), float("inf"), 0
        for _ in range(parameters.epochs):
            network.train()
            order = torch.randperm(len(learnt_ends), generator=generator)
            for batch in learnt_ends[order].split(parameters.batch_size):
                optimiser.zero_grad()
                loss(batch).backward()
                nn.utils.clip_grad_norm_(network.parameters(), _LARGEST_GRADIENT)
                optimiser.step()
            network.eval()
            with torch.no_grad():
                now = float(loss(checked_ends))
            if now < best_loss:
                best, best_loss, waited = network.weights(), now, 0
            else:
                waited += 1
            if waited > parameters.patience:
                break
    return best


@contextmanager
def _one_thread() -> Iterator[None]:
    with _ONE_TRAINING:
        before = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(before)
