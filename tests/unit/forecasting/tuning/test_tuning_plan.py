"""Windows of a tuning: side by side, and the last ends where the period does."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.forecasting.tuning.tuning_plan import TuningPlan


@given(st.integers(-100, 1_000), st.integers(1, 12), st.integers(1, 50), st.integers(0, 500))
def test_windows_lie_within_the_period_and_never_overlap(first, windows, step, room) -> None:
    stop = first + windows * step + room
    starts = TuningPlan(first, stop, windows, step).starts
    assert len(starts) == windows
    assert starts[0] >= first
    assert starts[-1] + step == stop
    assert all(b - a >= step for a, b in pairwise(starts))


def test_one_window_is_trained_on_what_lies_before() -> None:
    plan = TuningPlan(100, 200, 2, 30)
    assert plan.starts == [100, 170]
    assert plan.window(170, 60).windows == [(110, 170, 200)]


@pytest.mark.parametrize(("windows", "step"), [(4, 30), (0, 1), (1, 101)])
def test_windows_that_do_not_fit_are_refused(windows: int, step: int) -> None:
    with pytest.raises(ValueError, match="must fit into the period side by side"):
        TuningPlan(100, 200, windows, step)
