"""From feature columns of any quality to finite numbers of a fixed shape."""

from __future__ import annotations

from copy import copy
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from aurum_plugins.preprocessing.column_scaling import ColumnScaling
from aurum_plugins.preprocessing.errors import (
    ColumnMismatch,
    TooFewFeatures,
    TooFewUsableFeatures,
)
from aurum_plugins.preprocessing.fit_report import FitReport, column_reports
from aurum_plugins.preprocessing.input_table import (
    FloatArray,
    input_table,
    target_table,
)
from aurum_plugins.preprocessing.parameter_rules import Rule, check_parameters
from aurum_plugins.preprocessing.selection import MinimumRedundancySelector, SelectionOrder
from aurum_plugins.preprocessing.training_outliers import training_inliers

_RULES = {
    "n_features": Rule(1, whole=True, also=("all",)),
    "clip_width": Rule(1, 1_000),
    "outlier_share": Rule(0, 0.5),
    "min_completeness": Rule(0, 1, exclusive=True),
    "random_state": Rule(0, 2**32 - 1, whole=True, also=(None,), seed=True),
}


class Preprocessor(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Clean, scale and select features; what comes out is finite and of a fixed shape.

    Everything is learnt from the rows passed to `fit`:

    1. Check shape, names and types; infinities become NaN.
    2. Clip each column at `clip_width` robust standard deviations from its median.
    3. Put the median where a value is missing.
    4. Scale: the median becomes 0, a robust standard deviation 1 (see `ColumnScaling`).
    5. Mark training rows that an isolation forest finds unlike the rest. No row is dropped here,
       see `inlier_mask_`.
    6. Select `n_features` of the columns that hold information, by relevance and redundancy among
       the inliers (see `MinimumRedundancySelector`).

    A row is scaled by itself: its result depends neither on other rows nor on their order. What
    was imputed is not told by the result, so ask `usable_rows` before acting on a row.

    Parameters
    ----------
    n_features : int >= 1 or "all", default=26
        Columns to select. "all" keeps every column in place, those without information as 0.0, so
        that the shape is fixed.
    clip_width : float in [1, 1000], default=8.0
        Robust standard deviations.
    outlier_share : float in [0, 0.5], default=0.01
        Largest share of the training rows that is marked as outliers; 0 grows no forest.
    min_completeness : float in (0, 1], default=0.9
        Share of the selected features, those without information aside, that must be finite in a
        row for it to be usable.
    random_state : int, RandomState or None, default=0
        Seed of the forest. A fixed one by default, because the same candles must give the same
        model when a decision is to be explained.

    Attributes
    ----------
    selected_ : ndarray of int, shape (n_selected,)
        Positions of the selected columns, ascending.
    inlier_mask_ : ndarray of bool, shape (n_fit,)
        False for training rows that a model should not be fitted on.
    scaling_ : ColumnScaling
        Of the selected columns.
    fit_report_ : FitReport
    n_features_in_ : int
    feature_names_in_ : ndarray of str, shape (n_features_in_,)
        Only if fitted on a table with names.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[1.0, np.nan], [2.0, 5.0], [np.inf, 7.0], [3.0, 1e308]])
    >>> fitted = Preprocessor(n_features=2).fit(X)
    >>> fitted.transform([[2.0, np.nan]])
    array([[0., 0.]])
    >>> fitted.usable_rows([[2.0, np.nan]])
    array([False])
    """

    def __init__(
        self,
        n_features: int | Literal["all"] = 26,
        clip_width: float = 8.0,
        outlier_share: float = 0.01,
        min_completeness: float = 0.9,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.n_features = n_features
        self.clip_width = clip_width
        self.outlier_share = outlier_share
        self.min_completeness = min_completeness
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803
        """Learn from training rows.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n, d)
            Two rows or more. Missing values are NaN or infinite.
        y : array-like of shape (n,) or (n, m), optional
            Targets. Without them, or where no column says anything about them, the least
            redundant columns are selected; `fit_report_` tells.

        Raises
        ------
        aurum_plugins.preprocessing.errors.PreprocessingError
            Then nothing is fitted, and what was fitted before is forgotten.
        """
        table = input_table(self, X, reset=True, least_rows=2)
        check_parameters(self, _RULES)
        rows, columns = table.shape
        needed = 1 if self.n_features == "all" else int(self.n_features)
        if columns < needed:
            raise TooFewFeatures(table.shape, needed, self.n_features)
        targets = None if y is None else target_table(y, rows)
        scaling = ColumnScaling.of(table, self.clip_width)
        usable = np.flatnonzero(scaling.usable)
        if self.n_features != "all" and len(usable) < needed:
            raise TooFewUsableFeatures(len(usable), needed, self._unusable(scaling))

        distances = scaling.of_columns(usable).distances(table[:, usable])
        clipped = np.clip(distances, -self.clip_width, self.clip_width)
        inliers = training_inliers(
            np.nan_to_num(clipped, nan=0.0), self.outlier_share, self.random_state
        )
        selector = None
        if self.n_features == "all":
            self.selected_ = np.arange(columns)
        else:
            selector = MinimumRedundancySelector(needed)
            selector.fit(clipped[inliers], None if targets is None else targets[inliers])
            self.selected_ = usable[np.sort(selector.chosen_)]
        self.inlier_mask_ = inliers
        self.scaling_ = scaling.of_columns(self.selected_)
        self.fit_report_ = FitReport(
            rows=rows,
            rows_dropped_as_outliers=int(np.count_nonzero(~inliers)),
            rows_too_incomplete=int(np.count_nonzero(~self._usable(table[:, self.selected_]))),
            order=SelectionOrder.ALL if selector is None else selector.order_,
            columns=column_reports(
                self._names(), table, scaling, distances, self.selected_, selector
            ),
        )
        return self

    def transform(self, X: Any) -> FloatArray:  # noqa: N803
        """Clean and scale the selected columns.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n, d)
            One row or more, the columns of the fit in their order.

        Returns
        -------
        ndarray of float64, shape (n, n_selected)
            Finite, in [-clip_width, clip_width]. 0.0 is the training rows' median, and stands for
            a missing value as well: see `usable_rows`.

        Raises
        ------
        aurum_plugins.preprocessing.errors.PreprocessingError
        """
        check_is_fitted(self, "fit_report_")
        return self.scaling_.apply(input_table(self, X, reset=False, columns=self.selected_))

    def usable_rows(self, X: Any) -> NDArray[np.bool_]:  # noqa: N803
        """Whether enough of each row was there, so that its result may be acted on.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n, d)
            As `transform` takes it, not what it gives.

        Returns
        -------
        ndarray of bool, shape (n,)
            Never true if no selected column holds information.

        Raises
        ------
        aurum_plugins.preprocessing.errors.PreprocessingError
        """
        check_is_fitted(self, "fit_report_")
        return self._usable(input_table(self, X, reset=False, columns=self.selected_))

    def narrowed(self) -> Preprocessor:
        """A copy that takes the selected columns alone, in the order of the output.

        It gives the same numbers, and is spared hundreds of columns that it would not look at.
        """
        check_is_fitted(self, "fit_report_")
        narrow = copy(self)
        if hasattr(self, "feature_names_in_"):
            narrow.feature_names_in_ = self.feature_names_in_[self.selected_]
        narrow.n_features_in_ = len(self.selected_)
        narrow.selected_ = np.arange(len(self.selected_))
        return narrow

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the selected columns, in the order of the output.

        Parameters
        ----------
        input_features : array-like of str, shape (n_features_in_,), optional
            Names for a fit without names; else those of the fit.

        Raises
        ------
        aurum_plugins.preprocessing.errors.ColumnMismatch
        """
        check_is_fitted(self, "fit_report_")
        if input_features is None:
            return self._names()[self.selected_]
        given = np.asarray(input_features, dtype=object)
        if hasattr(self, "feature_names_in_") and not np.array_equal(given, self.feature_names_in_):
            raise ColumnMismatch("input_features is not equal to feature_names_in_", (), ())
        if given.shape != (self.n_features_in_,):
            raise ColumnMismatch(
                "input_features should have length equal to number of features "
                f"({self.n_features_in_}), got {len(given)}",
                (),
                (),
            )
        return given[self.selected_]

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _names(self) -> NDArray[np.object_]:
        unnamed = [f"x{position}" for position in range(self.n_features_in_)]
        return np.asarray(getattr(self, "feature_names_in_", unnamed), dtype=object)

    def _unusable(self, scaling: ColumnScaling) -> dict[str, str]:
        return {
            str(name): str(reason)
            for name, reason in zip(self._names(), scaling.unusable)
            if reason is not None
        }

    def _usable(self, selected: FloatArray) -> NDArray[np.bool_]:
        informative = self.scaling_.usable
        finite = np.isfinite(selected[:, informative]).sum(axis=1)
        # At least one, and no rounding up of 0.9 x 10 = 9.000000000000002.
        least = max(1, int(np.ceil(self.min_completeness * informative.sum() - 1e-9)))
        return np.asarray(finite >= least)
