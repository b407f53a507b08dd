"""Calm, usual and wild: rows that are compared with their like."""

from __future__ import annotations

from typing import Self

import numpy as np

from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.errors import NotFitted, TooLittleData

UNKNOWN = -1
_PARTS = 3


class Regimes:
    """Which third of the expected spreads a row belongs to.

    Rows are told apart by what the model expected of them, never by what came: the regime of a row
    is known at the row.

    Attributes
    ----------
    edges_ : ndarray of shape (k,)
        Rising; the spreads at which the next regime begins. Two, or fewer where many spreads are
        the same.
    """

    edges_: FloatArray

    def fit(self, spread: FloatArray) -> Self:
        """Learn the terciles.

        Parameters
        ----------
        spread : ndarray of shape (n,)
            Of calibration rows; values that are not finite are left out.

        Raises
        ------
        aurum_plugins.forecasting.errors.TooLittleData
            If none is finite.
        """
        known = spread[np.isfinite(spread)]
        if not len(known):
            raise TooLittleData("terciles of the expected spread", 0, 1)
        edges = np.unique(np.quantile(known, np.arange(1, _PARTS) / _PARTS))
        # An edge that no spread is below parts nothing.
        self.edges_ = edges[edges > known.min()]
        return self

    def of(self, spread: FloatArray) -> IntArray:
        """Number the regimes, the calmest 0.

        Parameters
        ----------
        spread : ndarray of shape (n,)

        Returns
        -------
        ndarray of int, shape (n,)
            -1 where the spread is not a number: a regime of no outcome.

        Raises
        ------
        aurum_plugins.forecasting.errors.NotFitted
        """
        if not hasattr(self, "edges_"):
            raise NotFitted("the regimes")
        number = np.searchsorted(self.edges_, spread, side="right")
        return np.where(np.isnan(spread), UNKNOWN, number).astype(np.int64)
