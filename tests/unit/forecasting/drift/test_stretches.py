from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.forecasting.drift.stretches import Stretches
from aurum_plugins.forecasting.errors import BadRows


def whole(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def test_means_over_a_fixed_grid():
    cut = Stretches.of(np.array([1.0, 3.0, 5.0, 7.0, 9.0]), whole(4, 5, 6, 7, 8), 2)
    assert cut.numbers.tolist() == [2, 3, 4]
    assert cut.means.tolist() == [2.0, 6.0, 9.0]


def test_a_stretch_that_is_less_than_half_known_is_left_out():
    cut = Stretches.of(np.array([1.0, 2.0, np.nan, 4.0]), whole(0, 5, 6, 8), 4)
    assert cut.numbers.tolist() == []
    cut = Stretches.of(np.array([1.0, 2.0, 6.0, 4.0]), whole(0, 5, 6, 8), 4)
    assert (cut.numbers.tolist(), cut.means.tolist()) == ([1], [4.0])


def test_candles_before_the_epoch_have_stretches_too():
    assert Stretches.of(np.ones(4), whole(-3, -2, -1, 0), 2).numbers.tolist() == [-2, -1, 0]


@pytest.mark.parametrize("losses", [np.array([]), np.array([np.nan, -np.inf])])
def test_nothing_known(losses):
    cut = Stretches.of(losses, np.arange(len(losses)), 3)
    assert len(cut.numbers) == len(cut.means) == 0


def test_neither_lengths_nor_order_are_guessed():
    with pytest.raises(BadRows, match=r"one length, got \(2,\) and \(3,\)"):
        Stretches.of(np.ones(2), whole(1, 2, 3), 2)
    with pytest.raises(BadRows, match="candles of losses must rise"):
        Stretches.of(np.ones(2), whole(2, 2), 2)
