from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.forecasting.errors import BadRows, TooLittleData
from aurum_plugins.forecasting.validation.walk_forward import WalkForward


def windows(forward: WalkForward, begins, ends):
    return [(train.tolist(), test.tolist()) for train, test in forward.split(begins, ends)]


def test_windows_slide():
    candles = np.arange(100, 112)
    assert windows(WalkForward(6, 2), candles, candles + 1) == [
        ([0, 1, 2, 3, 4], [6, 7]),
        ([2, 3, 4, 5, 6], [8, 9]),
        ([4, 5, 6, 7, 8], [10, 11]),
    ]


def test_windows_expand():
    candles = np.arange(12)
    assert windows(WalkForward(6, 3, expanding=True), candles, candles) == [
        ([0, 1, 2, 3, 4, 5], [6, 7, 8]),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8], [9, 10, 11]),
    ]


def test_an_embargo_takes_rows_from_the_end_of_the_training_window():
    candles = np.arange(10)
    assert windows(WalkForward(6, 4, embargo=2), candles, candles + 1) == [
        ([0, 1, 2], [6, 7, 8, 9])
    ]


def test_a_longer_step_leaves_rows_untested():
    candles = np.arange(12)
    tested = [test for _, test in windows(WalkForward(4, 2, step=3), candles, candles)]
    assert tested == [[4, 5], [7, 8], [10, 11]]


def test_the_last_window_may_be_short():
    candles = np.arange(9)
    tested = [test for _, test in windows(WalkForward(4, 4), candles, candles)]
    assert tested == [[4, 5, 6, 7], [8]]


def test_spans_are_time_and_not_rows():
    begins = np.array([0, 0, 1, 3, 3, 4, 7])
    assert windows(WalkForward(3, 3), begins, begins) == [
        ([0, 1, 2], [3, 4, 5]),
        ([3, 4, 5], [6]),
    ]


def test_a_test_window_without_rows_is_passed_over():
    begins = np.array([0, 1, 2, 3, 12, 13])
    forward = WalkForward(3, 2, expanding=True)
    # Windows are tested from candles 3, 5, 7, 9, 11 and 13.
    assert windows(forward, begins, begins) == [
        ([0, 1, 2], [3]),
        ([0, 1, 2, 3], [4]),
        ([0, 1, 2, 3, 4], [5]),
    ]


def test_a_test_window_with_nothing_to_train_on():
    begins = np.array([0, 1, 2, 3, 12, 13])
    with pytest.raises(TooLittleData, match="the window tested from candle 11: 0 usable rows"):
        WalkForward(3, 2).split(begins, begins)


@pytest.mark.parametrize("rows", [0, 1, 6])
def test_rows_that_end_before_the_first_test_window(rows):
    candles = np.arange(rows)
    with pytest.raises(TooLittleData, match=f"in candles: {rows} usable rows, but at least 7"):
        WalkForward(6, 2).split(candles, candles)


def test_rows_that_all_lie_between_test_windows():
    with pytest.raises(TooLittleData, match="rows of the test windows: 0 usable rows"):
        WalkForward(1, 1, step=2).split([0, 2], [0, 2])


def test_rows_out_of_order():
    with pytest.raises(BadRows, match="must not fall"):
        WalkForward(6, 2).split([2, 1], [2, 2])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"train_span": 0, "test_span": 1}, "train_span must be 1 or more"),
        ({"train_span": 1, "test_span": 0}, "test_span must be 1 or more"),
        ({"train_span": 1, "test_span": 1, "embargo": -1}, "embargo must be 0 or more"),
        ({"train_span": 1, "test_span": 3, "step": 2}, "step must be test_span or more"),
    ],
)
def test_parameters_out_of_range(parameters, message):
    with pytest.raises(ValueError, match=message):
        WalkForward(**parameters)
