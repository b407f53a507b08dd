"""What each member of the ensemble is worth: alone, and missing."""

from __future__ import annotations

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray
from aurum_plugins.forecasting.evaluation import scores
from aurum_plugins.forecasting.evaluation.forecast_table import ForecastTable
from aurum_plugins.forecasting.evaluation.report import Estimate, MemberFigures, known
from aurum_plugins.forecasting.evaluation.uncertainty import Uncertainty


def member_figures(rows: ForecastTable, uncertainty: Uncertainty) -> tuple[MemberFigures, ...]:
    """Figures of each member, and what the ensemble loses without it.

    A member is compared on the rows that it forecast, and the ensemble with itself on the rows that
    have a forecast without the member.

    Parameters
    ----------
    rows : ForecastTable
        Rows that may be acted on and whose target is known.
    uncertainty : Uncertainty
        Of the same rows.
    """
    return tuple(_figures(name, rows, uncertainty) for name in rows.members)


def _figures(name: str, rows: ForecastTable, uncertainty: Uncertainty) -> MemberFigures:
    alone = rows.reals(f"member_{name}")
    spoke = np.isfinite(alone)
    above, base_rate = rows.above[spoke], rows.reals("base_rate")[spoke]
    probability = alone[spoke]
    in_accuracy, in_skill = _gains(name, rows, uncertainty)
    return MemberFigures(
        name=name,
        weight=_weight(name, rows),
        rows=len(probability),
        accuracy=known(scores.accuracy(probability, above)),
        auc=known(scores.auc(probability, above)),
        brier_skill=known(scores.brier_skill(probability, above, base_rate)),
        gain_in_accuracy=in_accuracy,
        gain_in_skill=in_skill,
    )


def _weight(name: str, rows: ForecastTable) -> float | None:
    if not rows.has(f"weight_{name}"):
        return None
    weights = rows.reals(f"weight_{name}")
    seen = weights[np.isfinite(weights)]
    return float(seen.mean()) if len(seen) else None


def _gains(name: str, rows: ForecastTable, uncertainty: Uncertainty) -> tuple[Estimate, Estimate]:
    """In accuracy and in Brier skill, of the ensemble over the ensemble without the member."""
    if not rows.has(f"without_{name}"):
        return Estimate(value=None), Estimate(value=None)
    without = rows.reals(f"without_{name}")
    both: BoolArray = np.isfinite(without)
    # Where there is nothing to compare with, the ensemble is compared with itself: a gain of 0
    # that no sum counts as a row.
    whole = rows.reals("probability")
    without = np.where(both, without, whole)
    fewer_losses = _losses(without, rows) - _losses(whole, rows)
    more_hits = scores.hits(whole, rows.above) - scores.hits(without, rows.above)
    reference = _losses(rows.reals("base_rate"), rows) * both
    return (
        uncertainty.of_share(more_hits, both),
        uncertainty.of_share(fewer_losses, reference),
    )


def _losses(probability: FloatArray, rows: ForecastTable) -> FloatArray:
    return scores.brier_losses(probability, rows.above)
