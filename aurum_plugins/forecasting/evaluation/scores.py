"""How good forecasts of a sign were, and what they are to be measured against.

A forecast is the probability that the target is above 0; the outcome is whether it was. Each score
of a set of rows is a mean over them, but for the skill, which is a ratio of two, and the area under
the curve. Of no rows it is NaN.

Baselines come in two kinds. The base rate of the *training* rows was known when the forecast was
made: to beat it is skill. The majority of the judged rows themselves is known in hindsight only: no
forecast can be blamed for not knowing it, but an accuracy below it is nothing to be proud of.

References
----------
G. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78
(1950). I. Good, "Rational decisions", Journal of the Royal Statistical Society B 14 (1952), for the
logarithmic score. J. Hanley and B. McNeil, "The meaning and use of the area under a receiver
operating characteristic (ROC) curve", Radiology 143 (1982). D. Wilks, "Statistical methods in the
atmospheric sciences" (2011), chapter 8, for skill scores.
"""

from __future__ import annotations

import numpy as np
from sklearn.metrics import roc_auc_score

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray
from aurum_plugins.forecasting.evaluation.judged_rows import (
    check_lengths,
    check_numbers,
    check_outcome,
    check_probabilities,
)

EVEN = 0.5


def hits(forecast: FloatArray, outcome: BoolArray, boundary: float = EVEN) -> FloatArray:
    """Whether each forecast was on the side that came true.

    Parameters
    ----------
    forecast : ndarray of shape (n,)
        Probabilities; or, with a `boundary` of 0, values whose sign is the forecast, as those of
        persistence.
    outcome : ndarray of bool, shape (n,)
        Whether the target was above 0.
    boundary : float
        Above it, a forecast says that the target will be above 0; below it, that it will not.

    Returns
    -------
    ndarray of shape (n,)
        1 or 0; 1/2 for a forecast on the boundary, which is what a coin would have earned it.

    Raises
    ------
    aurum_plugins.forecasting.errors.BadRows
        For columns of different lengths, or a forecast that is not finite.
    """
    check_lengths(forecast=forecast, outcome=outcome)
    check_outcome(outcome)
    check_numbers(forecast=forecast)
    side = np.sign(forecast - boundary)
    return np.where(side == 0, EVEN, (side > 0) == outcome)


def accuracy(probability: FloatArray, outcome: BoolArray) -> float:
    """Share of hits, in [0, 1]; parameters are as of `brier`."""
    check_probabilities(probability, outcome)
    return _mean(hits(probability, outcome))


def majority_accuracy(base_rate: FloatArray, outcome: BoolArray) -> float:
    """Accuracy of always forecasting what most of the training rows were.

    Parameters
    ----------
    base_rate : ndarray of shape (n,)
        Share of the training rows whose target was above 0, for each judged row: those of the model
        that forecast it.
    outcome : ndarray of bool, shape (n,)

    Returns
    -------
    float in [0, 1]
    """
    return accuracy(base_rate, outcome)


def hindsight_accuracy(outcome: BoolArray) -> float:
    """Accuracy of always forecasting what most of the judged rows turned out to be.

    It was not known when the forecasts were made, and is never below 1/2.
    """
    check_outcome(outcome)
    share = _mean(outcome.astype(np.float64))
    return max(share, 1.0 - share)


def auc(probability: FloatArray, outcome: BoolArray) -> float:
    """Area under the receiver operating characteristic, in [0, 1].

    The probability that, of a row that went up and one that did not, the first had the higher
    forecast; 1/2 without any skill in ranking. NaN if all outcomes are the same.
    """
    check_probabilities(probability, outcome)
    if outcome.all() or not outcome.any():
        return float("nan")
    return float(roc_auc_score(outcome, probability))


def brier_losses(probability: FloatArray, outcome: BoolArray) -> FloatArray:
    """Squared difference of each forecast from 1 or 0, shape (n,)."""
    check_probabilities(probability, outcome)
    losses: FloatArray = (probability - outcome) ** 2
    return losses


def brier(probability: FloatArray, outcome: BoolArray) -> float:
    """Mean squared difference of the forecasts from what came true: the less the better.

    Parameters
    ----------
    probability : ndarray of shape (n,)
        Of a target above 0.
    outcome : ndarray of bool, shape (n,)
        Whether it was.

    Returns
    -------
    float in [0, 1]
        1/4 of forecasts that are all 1/2.

    Raises
    ------
    aurum_plugins.forecasting.errors.BadRows
        For columns of different lengths, probabilities outside [0, 1], or outcomes that are not
        booleans.
    """
    return _mean(brier_losses(probability, outcome))


def brier_skill(probability: FloatArray, outcome: BoolArray, base_rate: FloatArray) -> float:
    """Part of the base rate's Brier score that the forecasts do away with.

    Parameters
    ----------
    probability, outcome
        As of `brier`.
    base_rate : ndarray of shape (n,)
        As of `majority_accuracy`: known before, never computed from the judged rows.

    Returns
    -------
    float, at most 1
        0 or less without skill; NaN where the base rate was never wrong.
    """
    return skill(brier(probability, outcome), brier(base_rate, outcome))


def skill(loss: float, reference: float) -> float:
    """``1 - loss / reference``; NaN unless the reference is above 0."""
    return 1.0 - loss / reference if reference > 0 else float("nan")


def log_losses(probability: FloatArray, outcome: BoolArray) -> FloatArray:
    """Minus the natural logarithm of what each outcome was given, shape (n,).

    Infinite where something came true that was given no chance at all.
    """
    check_probabilities(probability, outcome)
    with np.errstate(divide="ignore"):
        losses: FloatArray = -np.log(np.where(outcome, probability, 1.0 - probability))
    return losses


def log_loss(probability: FloatArray, outcome: BoolArray) -> float:
    """Mean of `log_losses`, in nats: the less the better, ln 2 of forecasts that are all 1/2."""
    return _mean(log_losses(probability, outcome))


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if len(values) else float("nan")
