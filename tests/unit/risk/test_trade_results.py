from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from closed_trades import closed
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.risk.trade_results import known, losses_in_a_row, results_in_order

results = st.lists(st.one_of(st.none(), st.floats(-1, 5)), max_size=12)


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_known(value) -> None:
    assert math.isnan(known(value))
    assert known(-0.5) == -0.5


def test_of_trades_that_closed_together_the_worst_is_last() -> None:
    trades = [closed(9, -0.1), closed(5, 0.3), closed(5, None), closed(5, -0.2)]
    for order in permutations(trades):
        np.testing.assert_array_equal(results_in_order(order), [-0.1, 0.3, -0.2, math.nan])


def test_a_row_of_known_lengths() -> None:
    assert losses_in_a_row([]) == 0
    assert losses_in_a_row([-1, -1, 0.0]) == 0
    assert losses_in_a_row([1, -1, math.nan, -1]) == 3
    assert losses_in_a_row([-1, -1]) == 2


@settings(max_examples=60)
@given(results, st.permutations(range(12)))
def test_the_order_of_storage_changes_nothing(values, order) -> None:
    trades = [closed(i // 2, value) for i, value in enumerate(values)]
    mixed = [trades[i] for i in order if i < len(trades)]
    np.testing.assert_array_equal(results_in_order(mixed), results_in_order(trades))


@settings(max_examples=60)
@given(results)
def test_a_win_ends_every_row_and_a_loss_makes_it_longer(values) -> None:
    row = [known(value) for value in values]
    assert losses_in_a_row([*row, 0.01]) == 0
    assert losses_in_a_row([*row, -0.01]) == losses_in_a_row(row) + 1
