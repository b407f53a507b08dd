"""From a score to the probability that the label is above 0.

    P(label > 0 | score) = 1 / (1 + exp(-(slope * score / s + intercept))),  slope >= 0

with `s` the root mean square of the scores it was fitted on (Platt, 1999). Two parameters are all
that some dozens of independent outcomes can bear, and they are held back by priors:

- the outcomes are taken for ``(up + 1) / (up + 2)`` and ``1 / (down + 2)`` rather than 1 and 0;
- the slope has a normal prior around 0 with a variance of 1 / 2; or, if a calibrator of earlier
  rows is given, around its slope with a variance of 1 / 10;
- the intercept has one around 0, or around that of the calibrator of earlier rows, with a variance
  of 1 / 1000, since how often labels were above 0 in the few weeks of a calibration block says
  little of the next. Log-odds of 0 are near even odds. An expected value of 0 need not be, as where
  values are skewed: ask for a smaller `intercept_precision` there.

Overlapping labels count as the fewer that they are worth, see `overlap`.

Chosen on the forecasts of 1h candles of 5 pairs in the 15 months after each block. Of volatility,
24 candles ahead, the skill of the Brier score was 0.146 by Platt's own method, 0.133 by isotonic
regression, 0.139 by Venn-Abers predictors, and 0.168 with these priors; of returns as far ahead it
was -0.003, -0.023, -0.018 and 0.004. Beta calibration was as Platt's. Expected calibration errors
ranked alike. The exact variances mattered little.

References
----------
J. Platt, "Probabilistic outputs for support vector machines and comparisons to regularized
likelihood methods", in "Advances in large margin classifiers" (1999).
"""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from aurum_plugins.forecasting.arrays import FloatArray
from aurum_plugins.forecasting.errors import NotFitted, OneOutcome
from aurum_plugins.forecasting.known_pairs import known_pairs
from aurum_plugins.forecasting.overlapping_labels import overlap

SLOPE_PRECISION = 2.0
CONFIRMED_PRECISION = 10.0
INTERCEPT_PRECISION = 1_000.0
# Neither 0 nor 1, whatever the score: nothing is certain, and logarithms of it are taken.
SUREST = 1e-6
_BLOCK = "calibration block"


class SignCalibrator:
    """Probability of a label above 0, never falling as the score rises.

    Parameters
    ----------
    target : str
        Name of the label, for errors.
    rows_per_label : int, default 1
        Rows of the fit within one horizon: their labels overlap. At least 1.
    intercept_precision : float > 0, default 1000
        1 / variance of the intercept's prior.

    Attributes
    ----------
    slope_ : float
        Of the log-odds, a unit of score; at least 0.
    intercept_ : float
        Log-odds of a score of 0.
    """

    slope_: float
    intercept_: float

    def __init__(
        self,
        target: str,
        rows_per_label: int = 1,
        intercept_precision: float = INTERCEPT_PRECISION,
    ) -> None:
        self.target = target
        self.rows_per_label = rows_per_label
        self.intercept_precision = intercept_precision

    def fit(
        self, score: FloatArray, target: FloatArray, before: SignCalibrator | None = None
    ) -> Self:
        """Learn from rows that no member was fitted on.

        Parameters
        ----------
        score : ndarray of shape (n,)
            Log-odds or an expected value, the higher the likelier; rows where it is not finite are
            left out.
        target : ndarray of shape (n,)
            Labels; so are those that are not finite.
        before : SignCalibrator, optional
            Fitted on other rows: its slope and intercept are then expected rather than 0.

        Raises
        ------
        aurum_plugins.forecasting.errors.OneOutcome
            If labels all have one sign.
        aurum_plugins.forecasting.errors.BadRows
            If lengths differ.
        """
        score, label = known_pairs(score, target)
        up = label > 0
        ups = int(up.sum())
        if ups in {0, len(up)}:
            raise OneOutcome(self.target, _BLOCK)
        scale = float(np.sqrt(np.mean(score**2))) or 1.0
        aim = np.where(up, (ups + 1) / (ups + 2), 1 / (len(up) - ups + 2))
        expected, precision = np.zeros(2), SLOPE_PRECISION
        if before is not None:
            expected = np.array([before.slope_ * scale, before.intercept_])
            precision = CONFIRMED_PRECISION
        slope, self.intercept_ = _posterior_mode(
            score / scale,
            aim,
            len(up) / overlap(self.rows_per_label),
            expected,
            np.array([precision, self.intercept_precision]),
        )
        self.slope_ = slope / scale
        return self

    def probability(self, score: FloatArray) -> FloatArray:
        """P(label > 0).

        Parameters
        ----------
        score : ndarray of shape (n,)

        Returns
        -------
        ndarray of shape (n,)
            Within (0, 1); NaN where the score is.

        Raises
        ------
        aurum_plugins.forecasting.errors.NotFitted
        """
        if not hasattr(self, "slope_"):
            raise NotFitted(f"the calibrator of {self.target}")
        probability = expit(self.slope_ * score + self.intercept_)
        return np.asarray(np.clip(probability, SUREST, 1 - SUREST), dtype=np.float64)


def _posterior_mode(
    score: FloatArray,
    aim: FloatArray,
    evidence: float,
    expected: FloatArray,
    precision: FloatArray,
) -> tuple[float, float]:
    rows = np.column_stack([score, np.ones_like(score)])

    def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
        log_odds = rows @ parameters
        nats = evidence * np.mean(np.logaddexp(0.0, log_odds) - aim * log_odds)
        slope = evidence * (rows.T @ (expit(log_odds) - aim)) / len(rows)
        surprise = parameters - expected
        prior = precision * surprise
        return float(nats + prior @ surprise / 2), slope + prior

    found = minimize(
        loss,
        np.array([max(expected[0], 0.5), expected[1]]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None), (None, None)],
        options={"ftol": 1e-12, "gtol": 1e-8},
    ).x
    return float(found[0]), float(found[1])
