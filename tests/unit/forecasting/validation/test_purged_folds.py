from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.forecasting.errors import BadRows, TooLittleData
from aurum_plugins.forecasting.validation.purged_folds import PurgedFolds


def folds(n_folds, begins, ends, embargo=0):
    split = PurgedFolds(n_folds, embargo).split(begins, ends)
    return [(train.tolist(), test.tolist()) for train, test in split]


def test_labels_of_two_candles():
    candles = np.arange(9)
    assert folds(3, candles, candles + 2) == [
        ([5, 6, 7, 8], [0, 1, 2]),
        ([0, 8], [3, 4, 5]),
        ([0, 1, 2, 3], [6, 7, 8]),
    ]


def test_an_embargo_counts_from_the_last_label_of_the_test_stretch():
    candles = np.arange(9)
    assert folds(3, candles, candles, embargo=2) == [
        ([5, 6, 7, 8], [0, 1, 2]),
        ([0, 1, 2, 8], [3, 4, 5]),
        ([0, 1, 2, 3, 4, 5], [6, 7, 8]),
    ]
    assert folds(3, candles, candles + 1, embargo=1)[0][0] == [5, 6, 7, 8]
    assert folds(3, candles, candles + 1, embargo=2)[0][0] == [6, 7, 8]


def test_a_candle_that_has_no_row_still_counts_as_time():
    begins = [0, 1, 20, 21]
    assert folds(2, begins, [1, 2, 21, 22], embargo=17) == [([2, 3], [0, 1]), ([0, 1], [2, 3])]
    assert folds(2, begins, [1, 2, 21, 22], embargo=18)[0][0] == [3]


def test_rows_of_several_pairs_at_one_candle_stay_together():
    begins = np.repeat(np.arange(5), [3, 1, 2, 3, 1])
    got = folds(2, begins, begins)
    assert got == [([6, 7, 8, 9], [0, 1, 2, 3, 4, 5]), ([0, 1, 2, 3, 4, 5], [6, 7, 8, 9])]


def test_one_long_label_in_the_test_stretch_counts():
    begins = np.arange(6)
    assert folds(3, begins, [4, 1, 2, 3, 4, 5])[0] == ([5], [0, 1])


def test_the_input_is_not_changed():
    begins = np.arange(9)
    ends = begins + 2
    folds(3, begins, ends, embargo=1)
    np.testing.assert_array_equal(begins, np.arange(9))
    np.testing.assert_array_equal(ends, np.arange(2, 11))


def test_too_few_candles_for_the_folds():
    with pytest.raises(TooLittleData, match="of different candles: 2 usable rows, but at least 3"):
        PurgedFolds(3).split([1, 1, 2, 2], [1, 1, 2, 2])


def test_nothing_left_to_train_on():
    with pytest.raises(TooLittleData, match="training rows of purged fold 2: 0 usable rows"):
        PurgedFolds(3).split([0, 1, 2], [1, 2, 2])


def test_errors_come_before_the_first_fold_is_asked_for():
    with pytest.raises(BadRows, match="must not fall"):
        PurgedFolds(2).split([2, 1], [2, 2])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_folds": 1}, "n_folds must be 2 or more, got 1"),
        ({"n_folds": 2, "embargo": -1}, "embargo must be 0 or more candles, got -1"),
    ],
)
def test_parameters_out_of_range(parameters, message):
    with pytest.raises(ValueError, match=message):
        PurgedFolds(**parameters)
