"""What every member of the ensemble can do."""

from __future__ import annotations

from typing import Protocol

from aurum_plugins.forecasting.arrays import FloatArray, IntArray


class Member(Protocol):
    """One model of one target.

    A member is made for one target, is fitted once, and holds nothing that cannot be pickled. The
    same rows and the same seed give the same scores, on one thread.

    Attributes
    ----------
    name : str
        As in the settings: "random_forest".
    window : int
        Candles that a score depends on, the row's own included: 1 but for sequence models.
    """

    name: str
    window: int

    def fit(self, features: FloatArray, target: FloatArray, candles: IntArray) -> None:
        """Learn from training rows.

        Parameters
        ----------
        features : ndarray of shape (n, d)
            Finite, scaled.
        target : ndarray of shape (n,)
            Finite. A member that learns the sign takes ``target > 0``.
        candles : ndarray of int, shape (n,)
            Number of each row's candle, rising. Rows whose numbers are consecutive follow each
            other in time; others have a gap between them.

        Raises
        ------
        aurum_plugins.forecasting.errors.ForecastingError
        """
        ...

    def score(self, features: FloatArray, candles: IntArray) -> FloatArray:
        """Score rows.

        Parameters
        ----------
        features : ndarray of shape (n, d)
        candles : ndarray of int, shape (n,)
            Rising, as of `fit`.

        Returns
        -------
        ndarray of shape (n,)
            The natural log-odds of ``target > 0`` within [-6, 6] from a member that learns the
            sign, the expected target from one that learns the value. NaN only where a sequence
            model lacks part of a row's window.
        """
        ...
