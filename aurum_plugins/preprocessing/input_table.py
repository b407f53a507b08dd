"""The numbers in what an estimator was given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from aurum_plugins.preprocessing.errors import (
    BadColumns,
    BadShape,
    ColumnMismatch,
    NotNumeric,
    TooFewRows,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

_NUMERIC_KINDS = "biuf"
_TABLE = 2  # dimensions


def input_table(
    estimator: BaseEstimator,
    X: Any,  # noqa: N803
    *,
    reset: bool,
    columns: IntArray | None = None,
    least_rows: int = 1,
) -> FloatArray:
    """Check a table's shape, names and types, and take its numbers out.

    Parameters
    ----------
    estimator : BaseEstimator
        Learns `n_features_in_` and `feature_names_in_`, or has them checked.
    X : DataFrame or array-like of shape (n, d)
        Booleans count as 0 and 1.
    reset : bool
        True in `fit`, False afterwards. What was learnt before is forgotten then: a fit that fails
        must not leave an older one behind that takes the new columns for its own.
    columns : ndarray of int, shape (k,), optional
        Positions of the columns that are wanted; the others are checked, but not converted.
    least_rows : int

    Returns
    -------
    ndarray of float64, shape (n, d) or (n, k)
        NaN where a value is missing; infinities are kept. May be the caller's own memory.

    Raises
    ------
    aurum_plugins.preprocessing.errors.PreprocessingError
        `BadShape`, `BadColumns`, `NotNumeric`, `ColumnMismatch` or `TooFewRows`.
    """
    if reset:
        for name in [name for name in vars(estimator) if name.endswith("_")]:
            delattr(estimator, name)
    table = X if isinstance(X, pd.DataFrame) else _array(X)
    if isinstance(table, pd.DataFrame):
        _check_frame(table)
    _check_columns(estimator, X if hasattr(X, "columns") else table, reset=reset)
    if len(table) < least_rows:
        raise TooFewRows(type(estimator).__name__, len(table), least_rows)
    if isinstance(table, pd.DataFrame):
        return _frame_values(table, columns)
    return table if columns is None else table[:, columns]


def target_table(y: Any, rows: int) -> FloatArray:
    """Numbers of one or several targets.

    Parameters
    ----------
    y : array-like of shape (n,) or (n, m)
    rows : int
        `n`.

    Returns
    -------
    ndarray of float64, shape (n, m)
        Infinities are NaN.

    Raises
    ------
    aurum_plugins.preprocessing.errors.PreprocessingError
        `BadShape` or `NotNumeric`.
    """
    if isinstance(y, pd.Series):
        y = y.to_frame()
    if isinstance(y, pd.DataFrame):
        _check_types(y)
        values = _frame_values(y, None)
    else:
        values = _real(np.asarray(y), "y")
        values = values[:, np.newaxis] if values.ndim == 1 else values
    if values.ndim != _TABLE or len(values) != rows:
        raise BadShape(f"y must have one row for each of the {rows} of X, got shape {values.shape}")
    return np.where(np.isfinite(values), values, np.nan)


def _array(given: Any) -> FloatArray:
    if sparse.issparse(given):
        raise BadShape("X must be dense, got a sparse matrix: use toarray()")
    if isinstance(given, np.ma.MaskedArray):
        raise BadShape("X must be a plain array, got a masked one: use filled(numpy.nan)")
    try:
        values = np.asarray(given)
    except ValueError as error:
        raise BadShape(f"X must be a table of rows of one length: {error}") from error
    if values.ndim != _TABLE:
        raise BadShape(
            f"Expected 2D array, got {values.ndim}D array instead. Reshape your data: "
            "array.reshape(1, -1) is one row, array.reshape(-1, 1) one column"
        )
    return _real(values, "X")


def _real(values: NDArray[Any], name: str) -> FloatArray:
    if values.dtype.kind == "c":
        raise NotNumeric(f"Complex data not supported: {name} has type {values.dtype}")
    if values.dtype.kind == "O":
        return _of_objects(values, name)
    if values.dtype.kind not in _NUMERIC_KINDS:
        raise NotNumeric(f"{name} must hold real numbers, got type {values.dtype}")
    return values.astype(np.float64, copy=False)


def _of_objects(values: NDArray[np.object_], name: str) -> FloatArray:
    if any(isinstance(value, str | bytes) for value in values.flat):
        raise NotNumeric(f"{name} must hold real numbers, got text")
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise NotNumeric(f"{name} must hold real numbers: {error}") from error


def _check_frame(frame: pd.DataFrame) -> None:
    _check_types(frame)
    if not frame.columns.is_unique:
        repeated = frame.columns[frame.columns.duplicated()].unique()
        raise BadColumns("unique", repeated.tolist())


def _check_types(frame: pd.DataFrame) -> None:
    wrong = {kind for kind in set(frame.dtypes) if kind.kind not in _NUMERIC_KINDS}
    if wrong:
        at_fault = [f"{name} ({kind})" for name, kind in frame.dtypes.items() if kind in wrong]
        raise NotNumeric("columns must hold real numbers", at_fault)


def _frame_values(frame: pd.DataFrame, columns: Sequence[int] | IntArray | None) -> FloatArray:
    wanted = frame if columns is None else frame.take(columns, axis=1)
    return np.asarray(wanted.to_numpy(dtype=np.float64, na_value=np.nan))


def _check_columns(estimator: BaseEstimator, given: Any, *, reset: bool) -> None:
    try:
        validate_data(estimator, given, reset=reset, skip_check_array=True)
    except TypeError as error:
        kinds = sorted({type(name).__name__ for name in given.columns})
        raise BadColumns("all text, or none of them", kinds) from error
    except ValueError as error:
        fitted = list(getattr(estimator, "feature_names_in_", ()))
        names = list(getattr(given, "columns", ())) if fitted else []
        missing = [name for name in fitted if name not in set(names)] if names else []
        extra = [name for name in names if name not in set(fitted)]
        raise ColumnMismatch(str(error), missing, extra) from error
