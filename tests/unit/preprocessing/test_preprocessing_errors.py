from __future__ import annotations

import pickle

import pytest

from aurum_plugins.errors import AurumError
from aurum_plugins.preprocessing import PreprocessingError
from aurum_plugins.preprocessing.errors import (
    BadColumns,
    BadParameter,
    BadShape,
    ColumnMismatch,
    NotInvertible,
    NotNumeric,
    TooFewFeatures,
    TooFewRows,
    TooFewUsableFeatures,
)

ALL = [
    BadParameter("Preprocessor", "n_features", "a whole number", 0),
    BadShape("no table"),
    BadColumns("unique", ["a"]),
    NotNumeric("no numbers", ["a"]),
    ColumnMismatch("other columns", ["a"], ["b"]),
    TooFewRows("Preprocessor", 1, 2),
    TooFewFeatures((9, 1), 2, 2),
    TooFewUsableFeatures(1, 2, {"a": "constant"}),
    NotInvertible("no way back"),
]


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_each_is_ours_and_comes_back_from_another_process(error):
    assert isinstance(error, PreprocessingError)
    assert isinstance(error, AurumError)
    assert isinstance(error, ValueError)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_five_names_are_shown_and_the_others_counted():
    assert str(BadColumns("unique", "abcde")).endswith("got a, b, c, d, e")
    assert str(BadColumns("unique", "abcdefg")).endswith("got a, b, c, d, e and 2 more")


def test_a_whole_array_that_is_not_numeric_has_no_names():
    error = NotNumeric("X holds no numbers")
    assert (str(error), error.columns) == ("X holds no numbers", ())


def test_all_of_the_tree_are_tested():
    assert {type(error) for error in ALL} == set(PreprocessingError.__subclasses__())
