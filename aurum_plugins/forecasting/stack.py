"""How much each member's score counts.

The weights `w` lie on the simplex and minimise, over out-of-fold rows,

    evidence * mean loss(c S w) + 30 m |w - 1/m|**2

with `S` the scores of `m` members. The loss is that of the likelihood, in nats: the log loss of
``c S w`` as log-odds, or ``(y - c S w)**2 / (2 s**2)``. `c` is a scale, since members may be
over-confident all alike, and `s` what is missed in the mean: both are those of the coefficients
``c w >= 0`` that suit best without the second term. They are not part of the result: calibration,
on a later block, sets the scale anew. The second term draws
towards equal weights, which are hard to beat: to drop one of three members the labels must speak
for it by 15 nats, to leave one alone by 60. Overlapping labels count as the fewer that they are
worth, see `overlap`.

Chosen on 5 pairs in 1h candles and 8 in 5m candles: equal weights were as good as any for returns
and, by the squared error, 1 % better than free ones for volatility. What is left serves to drop a
member that knows nothing.

References
----------
D. Wolpert, "Stacked generalization", Neural Networks 5 (1992). L. Breiman, "Stacked regressions",
Machine Learning 24 (1996): weights that are not negative.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import numpy as np
from scipy.optimize import minimize, nnls
from scipy.special import expit

from aurum_plugins.forecasting.arrays import FloatArray
from aurum_plugins.forecasting.errors import BadRows, NotFitted
from aurum_plugins.forecasting.overlapping_labels import overlap
from aurum_plugins.forecasting.target import Learn

EQUALITY = 30.0
LARGEST_SCALE = 10.0
_TABLE = 2
_LEAST_MISSED = 1e-6

Loss = Callable[[FloatArray], tuple[float, FloatArray]]


class Stack:
    """Weights of the members, learnt from scores of rows that they were not fitted on.

    Parameters
    ----------
    learn : "sign" or "value"
        Whether scores are log-odds of ``target > 0``, or expected values.
    rows_per_label : int, default 1
        Rows of the fit within one horizon: their labels overlap. At least 1.

    Attributes
    ----------
    weights_ : ndarray of shape (m,)
        At least 0, their sum is 1.
    """

    weights_: FloatArray

    def __init__(self, learn: Learn, rows_per_label: int = 1) -> None:
        self.learn = learn
        self.rows_per_label = rows_per_label

    def fit(self, scores: FloatArray, target: FloatArray) -> Self:
        """Learn the weights. Without evidence, as where all labels are alike, they are equal.

        Parameters
        ----------
        scores : ndarray of shape (n, m)
            Out of fold; rows that one of the members did not score are left out.
        target : ndarray of shape (n,)
            Labels; rows where one is not finite are left out.

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows
            If shapes do not match, or there is no member.
        """
        if np.ndim(scores) != _TABLE or not np.shape(scores)[1] or len(scores) != len(target):
            raise BadRows(
                "scores must have a row a label and a column a member, "
                f"got {np.shape(scores)} and {np.shape(target)}"
            )
        known = np.isfinite(scores).all(axis=1) & np.isfinite(target)
        scores = np.asarray(scores[known], dtype=np.float64)
        members = scores.shape[1]
        self.weights_ = np.full(members, 1.0 / members)
        label = np.asarray(target[known] > 0 if self.learn == "sign" else target[known], float)
        if members == 1 or not len(label) or np.ptp(label) == 0.0:
            return self
        evidence = len(label) / overlap(self.rows_per_label)
        loss = _log_loss(label) if self.learn == "sign" else _squared_error(scores, label)
        free = _least(loss, scores)
        if (scale := float(free.sum())) > 0.0:
            self.weights_ = _best_weights(scores * scale, loss, evidence, free / scale)
        return self

    def combine(self, scores: FloatArray) -> FloatArray:
        """Give the weighted mean of each row's scores.

        Parameters
        ----------
        scores : ndarray of shape (n, m)
            NaN where a member has no score: the weights of the others then make up for it.

        Returns
        -------
        ndarray of shape (n,)
            NaN where no member that counts has a score.

        Raises
        ------
        aurum_plugins.forecasting.errors.NotFitted
        aurum_plugins.forecasting.errors.BadRows
            If members are not as many as fitted.
        """
        if not hasattr(self, "weights_"):
            raise NotFitted("the weights of members")
        if np.ndim(scores) != _TABLE or np.shape(scores)[1] != len(self.weights_):
            raise BadRows(
                f"scores must have {len(self.weights_)} columns, one a member, "
                f"got {np.shape(scores)}"
            )
        scored = np.isfinite(scores)
        weights = np.where(scored, self.weights_, 0.0)
        total = weights.sum(axis=1)
        total[total == 0.0] = np.nan
        return np.asarray((np.where(scored, scores, 0.0) * weights).sum(axis=1) / total)


def _log_loss(up: FloatArray) -> Loss:
    """Give the mean nats that log-odds miss by, and their slope."""

    def loss(log_odds: FloatArray) -> tuple[float, FloatArray]:
        nats = np.mean(np.logaddexp(0.0, log_odds) - up * log_odds)
        return float(nats), (expit(log_odds) - up) / len(up)

    return loss


def _squared_error(scores: FloatArray, label: FloatArray) -> Loss:
    """Give the mean nats that values miss by, and their slope."""
    size = float(np.mean(label**2))
    missed = float(nnls(scores, label)[1]) ** 2 / len(label)
    # Where nothing is missed there is no noise to measure by, and any loss is immense.
    variance = max(missed, _LEAST_MISSED * size)

    def loss(value: FloatArray) -> tuple[float, FloatArray]:
        off = value - label
        return float(np.mean(off**2)) / (2 * variance), off / (variance * len(label))

    return loss


def _least(loss: Loss, scores: FloatArray) -> FloatArray:
    """Give the coefficients, none negative, that miss by least."""

    def objective(coefficients: FloatArray) -> tuple[float, FloatArray]:
        nats, slope = loss(scores @ coefficients)
        return nats, scores.T @ slope

    members = scores.shape[1]
    return np.asarray(
        minimize(
            objective,
            np.full(members, 1.0 / members),
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, LARGEST_SCALE)] * members,
            options={"ftol": 1e-12, "gtol": 1e-9},
        ).x
    )


def _best_weights(scores: FloatArray, loss: Loss, evidence: float, start: FloatArray) -> FloatArray:
    members = scores.shape[1]
    equal = np.full(members, 1.0 / members)
    price = EQUALITY * members / evidence

    def objective(weights: FloatArray) -> tuple[float, FloatArray]:
        nats, slope = loss(scores @ weights)
        off = weights - equal
        return nats + price * float(off @ off), scores.T @ slope + 2 * price * off

    # From where the loss alone is least: the way there from equal weights may be very steep.
    found = minimize(
        objective,
        start,
        jac=True,
        method="SLSQP",
        bounds=[(0.0, 1.0)] * members,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1.0, "jac": np.ones_like},
        options={"ftol": 1e-10, "maxiter": 200},
    ).x
    weights = np.clip(found, 0.0, 1.0)
    return np.asarray(weights / weights.sum())
