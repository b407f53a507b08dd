"""The last check before numbers reach a model, which should never find anything."""

from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.forecasting.models_door import at_the_door


def test_finite_values_pass_as_they_are() -> None:
    values = np.arange(6.0).reshape(3, 2)
    passed, found = at_the_door(values)
    assert passed is values
    assert found.tolist() == [0, 0, 0]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_counted_and_replaced(bad) -> None:
    values = np.array([[1.0, bad, bad], [2.0, 3.0, 4.0], [bad, 5.0, 6.0]])
    before = values.copy()
    passed, found = at_the_door(values)
    assert passed.tolist() == [[1.0, 0.0, 0.0], [2.0, 3.0, 4.0], [0.0, 5.0, 6.0]]
    assert found.tolist() == [2, 0, 1]
    np.testing.assert_array_equal(values, before)


def test_no_rows() -> None:
    passed, found = at_the_door(np.empty((0, 3)))
    assert passed.shape == (0, 3)
    assert found.shape == (0,)
