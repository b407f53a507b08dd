"""A linear model, by scikit-learn."""

from __future__ import annotations

import numpy as np
from pydantic import Field
from sklearn.linear_model import LogisticRegression, Ridge

from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.members.checked_member import CheckedMember
from aurum_plugins.forecasting.target import Learn
from aurum_plugins.settings import Section

_MOST_STEPS = 200


class LinearParameters(Section):
    """Parameters of the member.

    Parameters
    ----------
    penalty : float in [0.0001, 1000]
        Weight of the squared coefficients, for each row: of standardised features, 0.01 takes away
        a hundredth of a coefficient, 1 half of it.
    """

    section = "aurum.members.linear"

    penalty: float = Field(default=0.05, ge=1e-4, le=1_000)


class Linear(CheckedMember):
    """A weighted sum of the features: log-odds of a sign, or a value, with a ridge penalty.

    Volatility is nearly linear in its own past (Corsi, 2009), and where trees stop at the largest
    value that they have seen, a line goes on.

    Parameters
    ----------
    learn : "sign" or "value"
    seed : int
        Not used: nothing is random.
    parameters : LinearParameters, optional

    Attributes
    ----------
    coefficients_ : ndarray of shape (d,)
    intercept_ : float

    References
    ----------
    A. Hoerl and R. Kennard, "Ridge regression", Technometrics 12 (1970). F. Corsi, "A simple
    approximate long-memory model of realized volatility", Journal of Financial Econometrics 7
    (2009).
    """

    name = "linear"

    coefficients_: FloatArray
    intercept_: float

    def __init__(self, learn: Learn, seed: int, parameters: LinearParameters | None = None) -> None:
        super().__init__(learn, seed)
        self.parameters = LinearParameters() if parameters is None else parameters

    def _learn(self, features: FloatArray, values: FloatArray, _candles: IntArray) -> None:
        penalty = self.parameters.penalty * len(values)
        if self.learn == "sign":
            # The curvature of the log loss is at most a quarter of that of the squared error.
            model = LogisticRegression(
                C=4.0 / penalty, solver="newton-cholesky", max_iter=_MOST_STEPS
            )
        else:
            model = Ridge(alpha=penalty, solver="cholesky")
        model.fit(features, values)
        self.coefficients_ = np.asarray(model.coef_, dtype=np.float64).ravel()
        self.intercept_ = float(np.ravel(model.intercept_)[0])

    def _outputs(self, features: FloatArray, _candles: IntArray) -> FloatArray:
        # One product after the other, so that a row's sum is the same in any batch.
        sums: FloatArray = np.add.accumulate(features * self.coefficients_, axis=1)[:, -1]
        return sums + self.intercept_
