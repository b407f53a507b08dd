"""Choose columns that say much about the targets, and little that the others say already."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from aurum_plugins.preprocessing.errors import TooFewFeatures
from aurum_plugins.preprocessing.input_table import (
    FloatArray,
    IntArray,
    input_table,
    target_table,
)
from aurum_plugins.preprocessing.parameter_rules import Rule, check_parameters

# A redundancy under this counts as this: else the quotient would only look at redundancy.
LEAST_REDUNDANCY = 1e-3

_RULES = {
    "n_features": Rule(1, whole=True),
    # Up to here, sums of products of ranks are exact in a float64.
    "max_rows": Rule(2, 100_000, whole=True),
}


class SelectionOrder(StrEnum):
    """What decided which columns were chosen."""

    RELEVANCE = "relevance over redundancy"
    NO_TARGETS = "least redundant: there were no targets"
    NO_RELEVANCE = "least redundant: no column tells anything about the targets"
    ALL = "all columns"


class MinimumRedundancySelector(SelectorMixin, BaseEstimator):  # type: ignore[misc]
    """Greedy selection by minimum redundancy and maximum relevance (mRMR).

    1. Take at most `max_rows` rows, evenly spaced, of those whose targets are all known.
    2. Rank each column; a missing value has the middle rank.
    3. Relevance of a column: mean over the targets of its absolute Spearman correlation, times the
       share of its values that are known. What is often missing is of little use.
    4. Redundancy: mean absolute Spearman correlation with the columns chosen so far.
    5. Choose the column of largest relevance; then, again and again, the one of largest
       relevance / redundancy. Of equals, the first.

    Without targets, or if no column correlates with any, the most complete column is chosen first,
    and then always the least redundant, of equals the most complete.

    Ranks are whole numbers and their products are summed exactly, so the choice depends neither on
    the number of threads nor on the order of summation. Time is proportional to
    rows x columns x `n_features`.

    Parameters
    ----------
    n_features : int >= 1
        Columns to choose.
    max_rows : int in [2, 100000]

    Attributes
    ----------
    chosen_ : ndarray of int, shape (n_features,)
        Positions of the columns, in the order in which they were chosen.
    relevance_ : ndarray of float64, shape (d,)
        In [0, 1]; 0 without targets.
    redundancy_ : ndarray of float64, shape (n_features,)
        In [0, 1], of the chosen when they were chosen; the first has 0.
    order_ : SelectionOrder
    n_features_in_ : int
        `d`.
    feature_names_in_ : ndarray of str, shape (d,)
        Only if fitted on a table with names.

    References
    ----------
    C. Ding and H. Peng, "Minimum redundancy feature selection from microarray gene expression
    data", Journal of Bioinformatics and Computational Biology 3 (2005). Z. Zhao, R. Anand and
    M. Wang, "Maximum relevance and minimum redundancy feature selection methods for a marketing
    machine learning platform", IEEE DSAA (2019): the quotient.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[1.0, 10.0, 2.0], [2.0, 20.0, 1.0], [3.0, 30.0, 4.0], [4.0, 40.0, 3.0]])
    >>> MinimumRedundancySelector(2).fit(X, [0.1, 0.2, 0.4, 0.3]).get_support(indices=True)
    array([0, 2])
    """

    def __init__(self, n_features: int = 26, max_rows: int = 5_000) -> None:
        self.n_features = n_features
        self.max_rows = max_rows

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803
        """Choose columns.

        Parameters
        ----------
        X : array-like of shape (n, d)
            NaN and infinity are missing values.
        y : array-like of shape (n,) or (n, m), optional
            Targets; rows with a missing one are not looked at, targets without any value neither.

        Raises
        ------
        aurum_plugins.preprocessing.errors.PreprocessingError
        """
        values = input_table(self, X, reset=True, least_rows=2)
        check_parameters(self, _RULES)
        if values.shape[1] < self.n_features:
            raise TooFewFeatures(values.shape, self.n_features, self.n_features)
        targets = np.empty((len(values), 0)) if y is None else target_table(y, len(values))
        targets = targets[:, ~np.isnan(targets).all(axis=0)]
        known = np.flatnonzero(~np.isnan(targets).any(axis=1))
        if len(known) < 2:  # noqa: PLR2004
            targets, known = targets[:, :0], np.arange(len(values))
        rows = known[np.linspace(0, len(known) - 1, min(len(known), self.max_rows)).astype(np.intp)]
        sample = np.where(np.isfinite(values[rows]), values[rows], np.nan)
        ranks = _centred_ranks(sample)
        complete = np.isfinite(sample).mean(axis=0)
        self.relevance_ = complete * _relevance(ranks, _centred_ranks(targets[rows]))
        if self.relevance_.any():
            self.order_ = SelectionOrder.RELEVANCE
        else:
            self.order_ = SelectionOrder.NO_TARGETS if y is None else SelectionOrder.NO_RELEVANCE
        relevance = self.relevance_ if self.order_ is SelectionOrder.RELEVANCE else None
        self.chosen_, self.redundancy_ = _greedy(ranks, relevance, complete, self.n_features)
        return self

    def transform(self, X: Any) -> FloatArray:  # noqa: N803
        """Keep the chosen columns, in their order in `X`.

        Parameters
        ----------
        X : array-like of shape (n, d)

        Returns
        -------
        ndarray of float64, shape (n, n_features)
            As they were given.
        """
        check_is_fitted(self, "chosen_")
        return input_table(self, X, reset=False, columns=np.sort(self.chosen_))

    def _get_support_mask(self) -> NDArray[np.bool_]:
        check_is_fitted(self, "chosen_")
        mask = np.zeros(self.n_features_in_, dtype=bool)
        mask[self.chosen_] = True
        return mask

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _centred_ranks(values: FloatArray) -> FloatArray:
    """Twice the distance of each rank from the middle one, shape (d, n): whole numbers.

    Equals share their mean rank; a missing value has the middle one, 0.
    """
    ranks = np.zeros(values.T.shape)
    for out, column in zip(ranks, np.ascontiguousarray(values.T)):
        order = np.argsort(column)
        ordered = column[order]
        known = len(ordered) - np.count_nonzero(np.isnan(ordered))
        ordered = ordered[:known]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])[:known]
        ends = np.r_[starts[1:], known]
        out[order[:known]] = np.repeat(starts + ends - known, ends - starts)
    return ranks


def _relevance(ranks: FloatArray, targets: FloatArray) -> FloatArray:
    """Mean absolute correlation of each of d columns with m targets, shape (d,)."""
    if not len(targets):
        return np.zeros(len(ranks))
    norms = _norms(ranks)
    each = [np.abs(_correlation(ranks @ target, norms, _norms(target))) for target in targets]
    return np.asarray(np.mean(each, axis=0))


def _greedy(
    ranks: FloatArray, relevance: FloatArray | None, complete: FloatArray, wanted: int
) -> tuple[IntArray, FloatArray]:
    """Positions in the order of choice, and the redundancy of each when it was chosen."""
    norms = _norms(ranks)
    total = np.zeros(len(ranks))
    free = np.ones(len(ranks), dtype=bool)
    chosen: list[int] = []
    redundancies: list[float] = []
    for _ in range(wanted):
        redundancy = total / max(len(chosen), 1)
        merit = (
            -redundancy
            if relevance is None
            else relevance / np.maximum(redundancy, LEAST_REDUNDANCY)
        )
        merit[~free] = -np.inf
        best = np.flatnonzero(merit == merit.max())
        # `argmax` takes the first of equals.
        position = int(best[np.argmax(complete[best])])
        chosen.append(position)
        redundancies.append(float(redundancy[position]))
        free[position] = False
        total += np.abs(_correlation(ranks @ ranks[position], norms, norms[position]))
    return np.array(chosen, dtype=np.intp), np.array(redundancies)


def _norms(ranks: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(np.einsum("...i,...i->...", ranks, ranks)))


def _correlation(products: FloatArray, norms: FloatArray, norm: float | FloatArray) -> FloatArray:
    """0 for a constant column: it says nothing, and repeats nothing."""
    scale = norms * norm
    return np.divide(products, scale, out=np.zeros(len(products)), where=scale > 0)
