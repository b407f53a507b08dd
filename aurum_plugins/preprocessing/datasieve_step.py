"""The preprocessor as a step of FreqAI's data pipeline, for its stock models."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from datasieve.transforms.base_transform import BaseTransform
from numpy.typing import NDArray

from aurum_plugins.preprocessing.errors import BadShape, NotInvertible, TooFewRows
from aurum_plugins.preprocessing.input_table import FloatArray
from aurum_plugins.preprocessing.preprocessor import Preprocessor

logger = logging.getLogger(__name__)

Rows = NDArray[Any] | None
# Table, targets, weights and names, as datasieve hands them from step to step.
Sieved = tuple[FloatArray, Rows, Rows, list[str]]


class AurumPreprocessing(BaseTransform):  # type: ignore[misc]
    """A datasieve step that cleans, scales and selects features.

    Put it first in the pipeline that `define_data_pipeline` of a FreqAI model returns: it does what
    the stock steps `const` and `scaler` do. FreqAI drops rows with a missing value before it fits
    a pipeline, and puts 0 in their place before it predicts, so a step alone cannot flag such a
    row of a stock model.

    Parameters
    ----------
    preprocessor : Preprocessor, optional
        Fitted in place.
    fingerprint : str
        Kept with the fit: tells the settings that the features were computed with.

    Examples
    --------
    >>> from datasieve.pipeline import Pipeline
    >>> X = pd.DataFrame({"rsi": [30.0, 50.0, 70.0], "flat": [1.0, 1.0, 1.0]})
    >>> pipeline = Pipeline([("aurum", AurumPreprocessing(Preprocessor(n_features=1)))], {})
    >>> list(pipeline.fit_transform(X)[0].columns)
    ['rsi']
    """

    def __init__(self, preprocessor: Preprocessor | None = None, fingerprint: str = "") -> None:
        super().__init__("aurum_preprocessing")
        self.fingerprint = fingerprint
        self.preprocessor = Preprocessor() if preprocessor is None else preprocessor

    def fit_transform(
        self,
        X: FloatArray,  # noqa: N803
        y: Rows = None,
        sample_weight: Rows = None,
        feature_list: Sequence[str] | None = None,
        **kwargs: object,  # noqa: ARG002
    ) -> Sieved:
        """Fit, and leave out the training rows that a model should not be fitted on.

        Parameters
        ----------
        X : ndarray of shape (n, d)
        y : ndarray of shape (n,) or (n, m), optional
        sample_weight : ndarray of shape (n,), optional
        feature_list : sequence of str, length d, optional
            Names of the columns.

        Returns
        -------
        tuple
            Table of shape (n_kept, n_selected), its targets and weights, names of the columns.

        Raises
        ------
        aurum_plugins.preprocessing.errors.PreprocessingError
        """
        table = _named(X, feature_list)
        out = self.preprocessor.fit(table, y).transform(table)
        kept = self.preprocessor.inlier_mask_ & self.preprocessor.usable_rows(table)
        if not kept.any():
            raise TooFewRows("A fit after rows that are too incomplete are dropped", 0, 1)
        names = self._names()
        logger.info(
            "Kept %d of %d training rows and %d of %d features",
            np.count_nonzero(kept),
            len(kept),
            len(names),
            table.shape[1],
        )
        return out[kept], _rows(y, kept), _rows(sample_weight, kept), names

    def fit(
        self,
        X: FloatArray,  # noqa: N803
        y: Rows = None,
        sample_weight: Rows = None,
        feature_list: Sequence[str] | None = None,
        **kwargs: object,
    ) -> Sieved:
        """The same as `fit_transform`: the steps behind are fitted on what this one gives."""
        return self.fit_transform(X, y, sample_weight, feature_list, **kwargs)

    def transform(
        self,
        X: FloatArray,  # noqa: N803
        y: Rows = None,
        sample_weight: Rows = None,
        feature_list: Sequence[str] | None = None,
        outlier_check: bool = False,
        **kwargs: object,  # noqa: ARG002
    ) -> Sieved:
        """Clean, scale and select; no row is dropped.

        Parameters
        ----------
        X : ndarray of shape (n, d)
        y : ndarray of shape (n,) or (n, m), optional
            With `outlier_check` datasieve's vector of flags, 1 for a row to be acted on.
        sample_weight : ndarray of shape (n,), optional
        feature_list : sequence of str, length d, optional
        outlier_check : bool
            Set the flag of rows that are too incomplete to 0.

        Returns
        -------
        tuple
            Table of shape (n, n_selected), targets or flags, weights, names of the columns.

        Raises
        ------
        aurum_plugins.preprocessing.errors.PreprocessingError
        """
        table = _named(X, feature_list)
        if outlier_check:
            flags = np.ones(len(table)) if y is None else y
            y = np.where(self.preprocessor.usable_rows(table), flags, 0)
        return self.preprocessor.transform(table), y, sample_weight, self._names()

    def inverse_transform(
        self,
        X: FloatArray,  # noqa: ARG002, N803
        y: Rows = None,  # noqa: ARG002
        sample_weight: Rows = None,  # noqa: ARG002
        feature_list: Sequence[str] | None = None,  # noqa: ARG002
        **kwargs: object,  # noqa: ARG002
    ) -> Sieved:
        """Refused: columns were left out and values clipped, neither comes back.

        FreqAI inverts label pipelines only.

        Raises
        ------
        aurum_plugins.preprocessing.errors.NotInvertible
        """
        raise NotInvertible(
            "AurumPreprocessing cannot be inverted: put it in the feature pipeline only"
        )

    def _names(self) -> list[str]:
        return list(self.preprocessor.get_feature_names_out())


def _named(table: FloatArray, names: Sequence[str] | None) -> FloatArray | pd.DataFrame:
    # datasieve's list is empty if it was given arrays.
    if names is None or len(names) == 0:
        return table
    if len(names) != table.shape[1]:
        raise BadShape(f"X has {table.shape[1]} columns, but {len(names)} names")
    return pd.DataFrame(table, columns=pd.Index(names), copy=False)


def _rows(values: Rows, kept: NDArray[np.bool_]) -> Rows:
    return None if values is None else np.asarray(values)[kept]
