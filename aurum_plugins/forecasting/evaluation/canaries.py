"""Runs whose result is known beforehand: if they come out otherwise, nothing else is believed.

Shuffled labels: the same pipeline is trained on labels in a random order. Nothing can be learnt, so
its forecasts must rank no better than chance. If they do better, the forecasts know the future by
another way than learning.

Shuffled splits: rows are held out at random instead of in stretches, without purging. Neighbouring
rows share most of their future, so the model has seen much of what it is asked. It must look better
than with purged splits, and by how much is the leak that purging removes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.evaluation import scores
from aurum_plugins.forecasting.evaluation.judged_rows import check_probabilities
from aurum_plugins.forecasting.evaluation.ranked_outcomes import RankedOutcomes
from aurum_plugins.forecasting.evaluation.report import CanaryReport, Estimate, Verdict
from aurum_plugins.forecasting.evaluation.uncertainty import Uncertainty

LEVEL = 0.99
CHANCE = 0.5
# One model that learnt from noise may lean to the right side by luck, which no resampling of the
# judged rows shows.
LUCK = 0.01


class CanaryKind(StrEnum):
    """What was done to the run."""

    SHUFFLED_LABELS = "shuffled labels"
    SHUFFLED_SPLITS = "shuffled splits"


@dataclass(frozen=True, eq=False)
class Canary:
    """Forecasts of a run that was spoilt on purpose.

    Attributes
    ----------
    kind : CanaryKind
    candles : ndarray of int, shape (n,)
        In any order; several pairs may share one.
    above : ndarray of bool, shape (n,)
        Whether the target came out above 0.
    probability : ndarray of shape (n,)
        As the spoilt run forecast it.
    base_rate : ndarray of shape (n,)
        Share of the training rows above 0.
    purged : ndarray of shape (n,) or None
        Of shuffled splits: forecasts of the same rows by models of purged splits.
    """

    kind: CanaryKind
    candles: IntArray
    above: BoolArray
    probability: FloatArray
    base_rate: FloatArray
    purged: FloatArray | None = None

    @classmethod
    def together(cls, parts: Sequence[Canary]) -> Canary:
        """One canary of several of a kind, as of several pairs."""
        purged = [part.purged for part in parts if part.purged is not None]
        return cls(
            parts[0].kind,
            np.concatenate([part.candles for part in parts]),
            np.concatenate([part.above for part in parts]),
            np.concatenate([part.probability for part in parts]),
            np.concatenate([part.base_rate for part in parts]),
            np.concatenate(purged) if purged else None,
        )


def assess_canary(canary: Canary, horizon: int, seed: int = 0) -> CanaryReport:
    """Judge a canary.

    Parameters
    ----------
    canary : Canary
        One row or more.
    horizon : int
        Candles until a label is known.
    seed : int
        Of the bootstrap.

    Raises
    ------
    aurum_plugins.forecasting.errors.BadRows
        If its columns do not fit together.
    ValueError
        If a canary of shuffled splits has no purged forecasts beside it.
    """
    losses = scores.brier_losses(canary.probability, canary.above)
    reference = scores.brier_losses(canary.base_rate, canary.above)
    of_time = Uncertainty.of(
        canary.candles,
        horizon,
        losses,
        scores.hits(canary.probability, canary.above),
        level=LEVEL,
        seed=seed,
    )
    auc = of_time.of_auc(canary.probability, canary.above)
    skill = of_time.of_skill(losses, reference)
    if canary.kind is CanaryKind.SHUFFLED_LABELS:
        verdict, reason = _of_labels(auc, skill)
        return CanaryReport(
            name=canary.kind,
            expected="AUC about 0.5 and a Brier skill of 0 or less",
            rows=len(losses),
            auc=auc,
            brier_skill=skill,
            verdict=verdict,
            reason=reason,
        )
    if canary.purged is None:
        raise ValueError("a canary of shuffled splits must have purged forecasts beside it")
    check_probabilities(canary.purged, canary.above)
    shuffled, purged = (
        RankedOutcomes.of(column, canary.above) for column in (canary.probability, canary.purged)
    )
    leak = of_time.of_weights(lambda w: shuffled.auc(w) - purged.auc(w), len(losses))
    verdict, reason = _of_splits(leak)
    return CanaryReport(
        name=canary.kind,
        expected="looks better than purged splits of the same rows",
        rows=len(losses),
        auc=auc,
        brier_skill=skill,
        honest_auc=of_time.of_auc(canary.purged, canary.above).value,
        leak=leak,
        verdict=verdict,
        reason=reason,
    )


def _of_labels(auc: Estimate, skill: Estimate) -> tuple[Verdict, str]:
    if auc.low is None or auc.high is None:
        return Verdict.INCONCLUSIVE, "Too few rows to tell chance from a leak."
    if auc.low > CHANCE + LUCK:
        return Verdict.FAILED, "Ranks better than chance without labels to learn from: a leak."
    if skill.low is not None and skill.low > 0.0:
        return Verdict.FAILED, "Has skill without labels to learn from: a leak."
    if auc.high < CHANCE - LUCK:
        return Verdict.INCONCLUSIVE, "Ranks worse than chance: no leak, but not chance either."
    return Verdict.AS_IT_SHOULD, "Without labels to learn from there is nothing but chance."


def _of_splits(leak: Estimate) -> tuple[Verdict, str]:
    if leak.low is None or leak.high is None:
        return Verdict.INCONCLUSIVE, "Too few rows to tell chance from a leak."
    if leak.low > 0.0:
        return (
            Verdict.AS_IT_SHOULD,
            "Shuffled splits look better: this leak is what purging removes.",
        )
    if leak.high < 0.0:
        return Verdict.FAILED, "Shuffled splits look worse than purged ones, which makes no sense."
    return Verdict.INCONCLUSIVE, "No leak is to be seen: rows hardly know of their neighbours here."
