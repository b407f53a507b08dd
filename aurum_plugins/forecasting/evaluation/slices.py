"""The same figures for parts of the rows: by pair, by month, by regime."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray
from aurum_plugins.forecasting.evaluation import scores
from aurum_plugins.forecasting.evaluation.forecast_table import LEVELS, ForecastTable
from aurum_plugins.forecasting.evaluation.report import IntervalFigures, Slice, known
from aurum_plugins.forecasting.evaluation.target_scores import persistence_hits, share
from aurum_plugins.forecasting.evaluation.uncertainty import Uncertainty


def slices(rows: ForecastTable, names: Sequence[str]) -> tuple[Slice, ...]:
    """Cut rows by name, and score each part.

    Parameters
    ----------
    rows : ForecastTable
        n rows that may be acted on and whose target is known.
    names : sequence of str, length n
        Of the part that each row belongs to; rows of the name "" belong to none.

    Returns
    -------
    tuple of Slice
        By name.
    """
    of_row = np.asarray(names, dtype=object)
    return tuple(_slice(name, rows.only(of_row == name)) for name in sorted(set(names) - {""}))


def regime_names(rows: ForecastTable) -> list[str]:
    """Name of each row's regime; "" where it is not known."""
    if not rows.has("regime"):
        return [""] * len(rows)
    return [f"regime {number}" if number >= 0 else "" for number in rows.frame["regime"]]


def interval_figures(rows: ForecastTable, uncertainty: Uncertainty) -> tuple[IntervalFigures, ...]:
    """Realised coverage and width of the intervals of each level.

    Parameters
    ----------
    rows : ForecastTable
        As of `slices`.
    uncertainty : Uncertainty
        Of the same rows.
    """
    figures = []
    for level in LEVELS:
        there, held = covered(rows, level)
        width = (rows.reals(f"upper_{level}") - rows.reals(f"lower_{level}"))[there]
        figures.append(
            IntervalFigures(
                level=level / 100,
                rows=int(there.sum()),
                coverage=uncertainty.of_share(held, there),
                mean_width=float(width.mean()) if len(width) else None,
            )
        )
    return tuple(figures)


def covered(rows: ForecastTable, level: int) -> tuple[BoolArray, BoolArray]:
    """Which rows have an interval of a level, and which of those hold the target; (n,) each."""
    low, high, target = (
        rows.reals(name) for name in (f"lower_{level}", f"upper_{level}", "target")
    )
    there: BoolArray = np.isfinite(low)
    held: BoolArray = (low <= target) & (target <= high)
    return there, held


def _slice(name: str, rows: ForecastTable) -> Slice:
    above, probability = rows.above, rows.reals("probability")
    base_rate = rows.reals("base_rate")
    persists, persistent = persistence_hits(rows)
    return Slice(
        name=name,
        rows=len(rows),
        above=float(above.mean()),
        accuracy=scores.accuracy(probability, above),
        majority=scores.majority_accuracy(base_rate, above),
        persistence=share(persistent, persists),
        auc=known(scores.auc(probability, above)),
        brier_skill=known(scores.brier_skill(probability, above, base_rate)),
        coverage={str(level): _realised(rows, level) for level in LEVELS},
    )


def _realised(rows: ForecastTable, level: int) -> float | None:
    there, held = covered(rows, level)
    hits: FloatArray = held.astype(float)
    return share(hits, there)
