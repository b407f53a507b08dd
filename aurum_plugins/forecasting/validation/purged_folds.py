"""Folds of a time series whose training rows know nothing of the rows that are tested.

A label covers the candles from its row's to the one at whose close it is known. Left as they are,
training rows on either side of a test stretch would share part of their labels with rows in it, and
the features of rows that follow still tell of the stretch itself. So the first are purged, and the
second are put under an embargo.

References
----------
M. Lopez de Prado, "Advances in financial machine learning" (2018), sections 7.4.1 and 7.4.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from aurum_plugins.forecasting.arrays import IntArray
from aurum_plugins.forecasting.errors import TooLittleData
from aurum_plugins.forecasting.validation.label_spans import LabelSpans

FEWEST_FOLDS = 2


@dataclass(frozen=True)
class PurgedFolds:
    """Cuts rows into test stretches, each with the training rows that are fit to judge it by.

    Parameters
    ----------
    n_folds : int, 2 or more
        Each holds as many distinct candles as the others, or one more, the first ones first.
    embargo : int, 0 or more
        Candles after the last label of a test stretch, during which no training row begins.

    Examples
    --------
    >>> import numpy as np
    >>> candles = np.arange(6)
    >>> for train, test in PurgedFolds(n_folds=3).split(candles, candles + 1):
    ...     print(train, test)
    [3 4 5] [0 1]
    [0 5] [2 3]
    [0 1 2] [4 5]
    """

    n_folds: int
    embargo: int = 0

    def __post_init__(self) -> None:
        """Check the parameters."""
        if self.n_folds < FEWEST_FOLDS:
            raise ValueError(f"n_folds must be {FEWEST_FOLDS} or more, got {self.n_folds}")
        if self.embargo < 0:
            raise ValueError(f"embargo must be 0 or more candles, got {self.embargo}")

    def split(self, begins: Any, ends: Any) -> Iterator[tuple[IntArray, IntArray]]:
        """Give the rows to train on and the rows to test, fold by fold, in order of time.

        A test stretch covers the candles from its first begin to its last end. Left out of the
        training rows are those whose label covers any of these, and those that begin within
        `embargo` candles after them.

        Parameters
        ----------
        begins, ends : array-like of int, shape (n,)
            First and last candle that each row's label covers, in order of `begins`. Rows that
            begin together are never parted.

        Returns
        -------
        iterator of (ndarray of int, ndarray of int)
            Positions of rows, rising. Each row is tested once.

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows
            As of `LabelSpans.of`.
        aurum_plugins.forecasting.errors.TooLittleData
            If there are fewer distinct candles than folds, or nothing is left to train one on.
        """
        spans = LabelSpans.of(begins, ends)
        candles = spans.candles()
        if len(candles) < self.n_folds:
            raise TooLittleData("purged folds, of different candles", len(candles), self.n_folds)
        stretches = np.array_split(candles, self.n_folds)
        return iter(
            [self._fold(spans, number, stretch) for number, stretch in enumerate(stretches, 1)]
        )

    def _fold(self, spans: LabelSpans, number: int, stretch: IntArray) -> tuple[IntArray, IntArray]:
        first = int(stretch[0])
        test = spans.rows_between(first, int(stretch[-1]) + 1)
        last = int(spans.ends[test].max())
        resting = (spans.begins > last) & (spans.begins <= last + self.embargo)
        train = np.flatnonzero(~spans.overlaps(first, last) & ~resting)
        if len(train) == 0:
            raise TooLittleData(f"training rows of purged fold {number}", 0, 1)
        return train, test
