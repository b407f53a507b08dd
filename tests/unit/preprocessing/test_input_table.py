from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator

from aurum_plugins.preprocessing.errors import (
    BadColumns,
    BadShape,
    ColumnMismatch,
    NotNumeric,
    TooFewRows,
)
from aurum_plugins.preprocessing.input_table import input_table, target_table


class Anything(BaseEstimator):
    """Learns the columns only."""


def read(given):
    return input_table(Anything(), given, reset=True)


@pytest.mark.parametrize(
    "given",
    [
        [[1, 2], [3, 4]],
        np.array([[1, 2], [3, 4]], dtype=np.uint8),
        np.array([[1, 2], [3, 4]], dtype=np.float16),
        np.array([[1, 2], [3, 4.0]], dtype=object),
        pd.DataFrame({"a": [1, 3], "b": [2.0, 4.0]}),
        pd.DataFrame({"a": [1, 3], "b": [2, 4]}, dtype="Int64"),
        pd.DataFrame({"a": [1, 3], "b": [2, 4]}, dtype="double[pyarrow]"),
        pd.DataFrame([[1, 2], [3, 4]]),
        pd.DataFrame({"a": [1, 3], "b": [2, 4]}, index=["x", "x"]),
    ],
)
def test_numbers_of_any_kind_are_read(given):
    values = read(given)
    assert values.dtype == np.float64
    np.testing.assert_array_equal(values, [[1, 2], [3, 4]])


def test_what_is_missing_is_nan_and_booleans_are_numbers():
    frame = pd.DataFrame(
        {
            "a": pd.array([1, None], dtype="Int64"),
            "b": [True, False],
            "c": pd.array([True, None], dtype="boolean"),
        }
    )
    np.testing.assert_array_equal(read(frame), [[1, 1, 1], [np.nan, 0, np.nan]])
    np.testing.assert_array_equal(read(np.array([[None, 1.0]])), [[np.nan, 1]])


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (pd.Series(["1", "2"]), "str"),
        (pd.Series([1, 2], dtype=object), "object"),
        (pd.Series([1, 2], dtype="category"), "category"),
        (pd.Series([1j, 2j]), "complex128"),
        (pd.to_datetime(pd.Series([1, 2])), r"datetime64\[ns\]"),
        (pd.to_timedelta(pd.Series([1, 2])), r"timedelta64\[ns\]"),
    ],
)
def test_a_column_of_a_frame_without_numbers_is_named(column, kind):
    with pytest.raises(
        NotNumeric, match=rf"columns must hold real numbers: b \({kind}\)"
    ) as caught:
        read(pd.DataFrame({"a": [1, 2], "b": column}))
    assert len(caught.value.columns) == 1
    assert isinstance(caught.value, TypeError | ValueError)


def test_of_many_wrong_columns_the_first_five_are_shown():
    frame = pd.DataFrame({f"c{i}": ["x"] for i in range(7)})
    with pytest.raises(NotNumeric, match=r"c4 \(str\) and 2 more"):
        read(frame)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.array([["1", "2"]]), "X must hold real numbers, got type <U1"),
        (np.array([["1", 2]], dtype=object), "X must hold real numbers, got text"),
        (np.array([[b"1", 2]], dtype=object), "X must hold real numbers, got text"),
        (np.array([[{}, 2]], dtype=object), "argument must be a string or a real number"),
        (np.array([[10**400, 2]], dtype=object), "too large to convert"),
        (np.array([[1j]]), "Complex data not supported"),
        (np.array([["2024-01-01"]], dtype="datetime64[D]"), "got type datetime64"),
    ],
)
def test_an_array_without_numbers_is_refused(given, message):
    with pytest.raises(NotNumeric, match=message):
        read(given)


def test_decimals_are_numbers():
    np.testing.assert_array_equal(read(np.array([[Decimal("1.5")]])), [[1.5]])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.zeros(3), "Expected 2D array, got 1D array instead. Reshape your data"),
        (np.zeros((1, 1, 1)), "got 3D array"),
        (3.0, "got 0D array"),
        (pd.Series([1.0]), "got 1D array"),
        ([[1, 2], [3]], "rows of one length"),
        (sparse.csr_array(np.eye(2)), "sparse"),
        (np.ma.masked_array([[1.0]], [[True]]), "masked"),
    ],
)
def test_what_is_no_table_is_refused(given, message):
    with pytest.raises(BadShape, match=message):
        read(given)


def test_names_must_tell_columns_apart():
    with pytest.raises(BadColumns, match=r"must be unique, got rsi$") as caught:
        read(pd.DataFrame([[1, 2, 3]], columns=["rsi", "macd", "rsi"]))
    assert caught.value.columns == ("rsi",)
    with pytest.raises(BadColumns, match="all text, or none of them, got int, str"):
        read(pd.DataFrame([[1, 2]], columns=["rsi", 1]))


def test_rows_are_counted():
    with pytest.raises(
        TooFewRows, match="Anything needs 3 rows or more, got n_samples=2"
    ) as caught:
        input_table(Anything(), np.zeros((2, 1)), reset=True, least_rows=3)
    assert (caught.value.rows, caught.value.needed) == (2, 3)


@pytest.mark.parametrize(
    ("columns", "message", "missing", "extra"),
    [
        (["a", "b"], "yet now missing:\n- c", ("c",), ()),
        (["a", "b", "c", "d"], "unseen at fit time:\n- d", (), ("d",)),
        (["c", "a", "b"], "must be in the same order", (), ()),
        (["a", "x", "c"], "unseen at fit time", ("b",), ("x",)),
    ],
)
def test_other_columns_than_those_of_the_fit_are_named(columns, message, missing, extra):
    estimator = Anything()
    input_table(estimator, pd.DataFrame([[1.0, 2.0, 3.0]], columns=list("abc")), reset=True)
    frame = pd.DataFrame(np.ones((1, len(columns))), columns=columns)
    with pytest.raises(ColumnMismatch, match=message) as caught:
        input_table(estimator, frame, reset=False)
    assert (caught.value.missing, caught.value.extra) == (missing, extra)


def test_another_number_of_columns_without_names_is_refused():
    estimator = Anything()
    input_table(estimator, np.zeros((1, 3)), reset=True)
    with pytest.raises(ColumnMismatch, match="X has 2 features, but Anything is expecting 3"):
        input_table(estimator, np.zeros((1, 2)), reset=False)


@pytest.mark.parametrize(
    "given", [np.arange(6.0).reshape(2, 3), pd.DataFrame([[0, 1, 2.0], [3, 4, 5]])]
)
def test_only_the_wanted_columns_are_taken(given):
    values = input_table(Anything(), given, reset=True, columns=np.array([2, 0]))
    np.testing.assert_array_equal(values, [[2, 0], [5, 3]])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([1, 2], [[1], [2]]),
        (pd.Series([1.0, np.inf]), [[1], [np.nan]]),
        (np.array([[1, 2], [3, -np.inf]]), [[1, 2], [3, np.nan]]),
        (pd.DataFrame({"up": [1, 2]}), [[1], [2]]),
    ],
)
def test_targets_are_a_table(given, expected):
    np.testing.assert_array_equal(target_table(given, 2), expected)


@pytest.mark.parametrize("given", [[1], np.zeros((2, 1, 1)), pd.Series([1.0, 2.0, 3.0])])
def test_targets_must_match_the_rows(given):
    with pytest.raises(BadShape, match="y must have one row for each of the 2 of X, got shape"):
        target_table(given, 2)


@pytest.mark.parametrize("given", [["up", "down"], pd.Series(["up", "down"])])
def test_targets_must_be_numbers(given):
    with pytest.raises(NotNumeric, match="must hold real numbers"):
        target_table(given, 2)
