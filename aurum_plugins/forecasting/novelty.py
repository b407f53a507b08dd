"""How unlike the training rows a row is."""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy.linalg import solve_triangular
from sklearn.covariance import ledoit_wolf

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray
from aurum_plugins.forecasting.errors import BadRows, NotFitted, TooLittleData

LEAST_ROWS = 2


class Novelty:
    """Conformal novelty by Mahalanobis' distance from the training rows.

    The distance counts how far a row lies from their mean, in units of how they are spread and
    correlated: a pair of features that never rose without each other makes a row novel in which one
    of them does. The covariance is shrunk towards a multiple of the identity, so that it can be
    inverted whatever the number of rows. A row's novelty is the share of calibration rows that are
    nearer, as 1 less its conformal p-value:

        1 - (1 + number of calibration rows at least as far) / (n + 1)

    of which an ordinary row would have any value equally often.

    Attributes
    ----------
    mean_ : ndarray of shape (d,)
    whitening_ : ndarray of shape (d, d)
        Makes the training rows uncorrelated, with variance 1.
    distances_ : ndarray of shape (n,)
        Of the calibration rows, squared, rising.

    References
    ----------
    O. Ledoit and M. Wolf, "A well-conditioned estimator for large-dimensional covariance matrices",
    Journal of Multivariate Analysis 88 (2004). R. Laxhammar and G. Falkman, "Conformal prediction
    for distribution-independent anomaly detection" (2010).

    Examples
    --------
    >>> import numpy as np
    >>> training = np.random.default_rng(0).normal(size=(300, 2))
    >>> fitted = Novelty().fit(training[:200], training[200:])
    >>> fitted.is_novel(np.array([[0.0, 0.0], [9.0, 9.0]]), 0.02)
    array([False,  True])
    """

    mean_: FloatArray
    whitening_: FloatArray
    distances_: FloatArray

    def fit(self, training: FloatArray, calibration: FloatArray) -> Self:
        """Learn from scaled features.

        Parameters
        ----------
        training : ndarray of shape (m, d)
            Finite; two rows or more.
        calibration : ndarray of shape (n, d)
            Finite, at least one row, and none of the training rows: those are nearer than others.

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows, TooLittleData
        """
        for rows in (training, calibration):
            if rows.ndim != 2 or not np.isfinite(rows).all():  # noqa: PLR2004
                raise BadRows(f"novelty needs a table of finite features, got shape {rows.shape}")
        if training.shape[1] != calibration.shape[1] or not training.shape[1]:
            raise BadRows(
                f"training rows have {training.shape[1]} features and calibration rows "
                f"{calibration.shape[1]}"
            )
        if len(training) < LEAST_ROWS:
            raise TooLittleData("novelty", len(training), LEAST_ROWS)
        if not len(calibration):
            raise TooLittleData("novelty's calibration", 0, 1)
        self.mean_ = training.mean(axis=0)
        covariance = ledoit_wolf(training)[0]
        # Nothing varied: then any unit will do, and none is infinite.
        spread = float(np.trace(covariance)) / len(covariance) or 1.0
        covariance[np.diag_indices_from(covariance)] += 1e-9 * spread
        identity = np.eye(len(covariance))
        self.whitening_ = solve_triangular(np.linalg.cholesky(covariance), identity, lower=True).T
        self.distances_ = np.sort(self._distances(calibration))
        return self

    def novelty(self, rows: FloatArray) -> FloatArray:
        """Share of the calibration rows that are nearer.

        Parameters
        ----------
        rows : ndarray of shape (k, d)

        Returns
        -------
        ndarray of shape (k,)
            In [0, n / (n + 1)], always finite; a row that holds something else than finite numbers
            is as novel as can be.

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows, NotFitted
        """
        if not hasattr(self, "distances_"):
            raise NotFitted("the monitor of novelty")
        if rows.ndim != 2 or rows.shape[1] != len(self.mean_):  # noqa: PLR2004
            raise BadRows(
                f"novelty was fitted on {len(self.mean_)} features, got shape {rows.shape}"
            )
        return self._nearer(rows) / (len(self.distances_) + 1.0)

    def is_novel(self, rows: FloatArray, share: float) -> BoolArray:
        """Whether at most `share` of ordinary rows would be as far away.

        Parameters
        ----------
        rows : ndarray of shape (k, d)
        share : float in [0, 1]
            Under ``1 / (n + 1)`` no row is ever novel: so rare a thing cannot be told from n rows.

        Returns
        -------
        ndarray of bool, shape (k,)
        """
        rarity = 1.0 - self.novelty(rows)
        # No rounding of 1 - 198 / 200 to above 0.01.
        novel: BoolArray = rarity <= share + 1e-12
        return novel

    def _nearer(self, rows: FloatArray) -> FloatArray:
        return np.searchsorted(self.distances_, self._distances(rows), side="left").astype(float)

    def _distances(self, rows: FloatArray) -> FloatArray:
        # Not a product of matrices by BLAS, which rounds one row otherwise than the same row among
        # many: a bot and a backtest must agree.
        with np.errstate(over="ignore", invalid="ignore"):
            centred = np.ascontiguousarray(rows - self.mean_)
            whitened = np.einsum("ij,jk->ik", centred, self.whitening_)
            distances: FloatArray = np.add.accumulate(whitened**2, axis=1)[:, -1]
        distances[np.isnan(distances)] = np.inf
        return distances
