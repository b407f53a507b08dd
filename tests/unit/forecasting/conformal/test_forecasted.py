from __future__ import annotations

import numpy as np
import pytest
from forecast_outcomes import as_rows, changed, random_outcomes

from aurum_plugins.forecasting.conformal.outcomes import Outcomes
from aurum_plugins.forecasting.errors import BadRows


def test_columns_are_of_one_length():
    with pytest.raises(BadRows, match=r"one length each, got .*'value': \(2,\)"):
        changed(random_outcomes(3), value=np.zeros(2))


def test_columns_are_flat():
    columns = [np.zeros((2, 2))] * 5
    with pytest.raises(BadRows, match="one length each"):
        Outcomes(*columns, np.zeros((2, 2)))


@pytest.mark.parametrize("candles", [[5, 5, 6], [5, 4, 6]])
def test_candles_rise(candles):
    with pytest.raises(BadRows, match=f"must rise from row to row, got {candles[1]} after 5"):
        changed(random_outcomes(3), candles=np.array(candles))


@pytest.mark.parametrize("column", ["probability", "value", "spread", "target"])
def test_a_hole_makes_a_row_incomplete(column):
    outcomes = random_outcomes(3)
    getattr(outcomes, column)[1] = np.nan
    assert outcomes.complete.tolist() == [True, False, True]
    assert outcomes.known().candles.tolist() == outcomes.candles[[0, 2]].tolist()
    assert as_rows(outcomes).complete.tolist() == [True, column == "target", True]


@pytest.mark.parametrize("spread", [0.0, -1.0, np.inf])
def test_a_spread_is_a_width(spread):
    outcomes = random_outcomes(2)
    outcomes.spread[0] = spread
    assert as_rows(outcomes).complete.tolist() == [False, True]


def test_residual_and_surprise_by_hand():
    ones, target = np.ones(3), np.array([2.0, 0.0, -1.0])
    rows = Outcomes(np.arange(3), 0.7 * ones, 0.5 * ones, 2 * ones, np.zeros(3, int), target)
    assert rows.residual == pytest.approx([0.75, 0.25, 0.75])
    assert rows.surprise == pytest.approx([0.3, 0.7, 0.7])


def test_a_residual_beyond_all_numbers_is_infinite():
    tiny = changed(random_outcomes(1), spread=np.array([5e-324]), target=np.array([1e10]))
    assert np.isinf(tiny.residual).all()
