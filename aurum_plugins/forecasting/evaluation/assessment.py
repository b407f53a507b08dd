"""From the forecasts of one target to its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aurum_plugins.forecasting.arrays import FloatArray
from aurum_plugins.forecasting.evaluation import scores
from aurum_plugins.forecasting.evaluation.canaries import Canary, assess_canary
from aurum_plugins.forecasting.evaluation.forecast_table import LEVELS, ForecastTable
from aurum_plugins.forecasting.evaluation.member_figures import member_figures
from aurum_plugins.forecasting.evaluation.report import TargetReport
from aurum_plugins.forecasting.evaluation.slices import (
    covered,
    interval_figures,
    regime_names,
    slices,
)
from aurum_plugins.forecasting.evaluation.strategy_figures import Rule, assess_strategy
from aurum_plugins.forecasting.evaluation.target_scores import TargetScores
from aurum_plugins.forecasting.evaluation.uncertainty import Uncertainty

# Part of the report for every data set, so that nobody picks the one that looks best.
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
NOT_USABLE = "not usable"


@dataclass(frozen=True)
class Assessment:
    """How forecasts are judged; everything here is fixed before they are made.

    Attributes
    ----------
    horizon : int
        Candles until a label is known.
    threshold : float
        Confidence in [0, 1] that is acted on; accuracies are shown at it and at `THRESHOLDS`.
    cost : float
        Share of the value traded, a side.
    trials : int
        Variants that were tried, this one included.
    seed : int
        Of the bootstrap.
    """

    horizon: int
    threshold: float
    cost: float
    trials: int
    seed: int = 0

    def of(
        self,
        target: str,
        frame: pd.DataFrame,
        canaries: Sequence[Canary] = (),
        *,
        with_strategy: bool = False,
    ) -> TargetReport:
        """Judge the forecasts of one target.

        Parameters
        ----------
        target : str
            Its name.
        frame : pandas.DataFrame of shape (n, m)
            As `forecast_table` describes it.
        canaries : sequence of Canary
        with_strategy : bool
            Whether the target is a return that a simple rule may follow.

        Returns
        -------
        TargetReport
            With an `error` and without figures if no row may be judged.

        Raises
        ------
        aurum_plugins.forecasting.evaluation.forecast_table.BadForecastTable
            If the table breaks a rule.
        """
        table = ForecastTable.of(frame)
        rows = table.answered
        report = TargetReport(
            target=target,
            windows=int(table.frame["window"].nunique()),
            forecasts=len(table),
            unknown=int((table.usable & ~table.labelled).sum()),
            refused=_refusals(table),
            rows=len(rows),
            base_rate=float(rows.above.mean()) if len(rows) else None,
            accuracy_with_refused=_with_refused(table),
            canaries=tuple(assess_canary(c, self.horizon, self.seed) for c in canaries),
        )
        if not len(rows):
            reason = "no forecast may be acted on and has a known target"
            return report.model_copy(update={"error": reason})
        uncertainty = Uncertainty.of(rows.candles, self.horizon, *_losses(rows), seed=self.seed)
        judged = TargetScores(rows, uncertainty)
        rule = Rule(self.horizon, self.threshold, self.cost)
        figures = {
            "scores": judged.overall(),
            "curve": judged.curve(),
            "thresholds": judged.at_thresholds(sorted({*THRESHOLDS, self.threshold})),
            "reliability": judged.reliability(),
            "intervals": interval_figures(rows, uncertainty),
            "by_pair": slices(rows, list(rows.frame["pair"])),
            "by_month": slices(rows, rows.months),
            "by_regime": slices(rows, regime_names(rows)),
            "members": member_figures(rows, uncertainty),
            "strategy": assess_strategy(table, rule, self.trials) if with_strategy else None,
        }
        return report.model_copy(update=figures)


def _refusals(table: ForecastTable) -> dict[str, int]:
    """Rows that may not be acted on by reason, most first."""
    frame = table.frame.loc[~table.usable]
    if not table.has("refusal"):
        return {NOT_USABLE: len(frame)} if len(frame) else {}
    return dict(Counter(reason or NOT_USABLE for reason in frame["refusal"]).most_common())


def _with_refused(table: ForecastTable) -> float | None:
    rows = table.only(table.labelled & np.isfinite(table.reals("probability")))
    return scores.accuracy(rows.reals("probability"), rows.above) if len(rows) else None


def _losses(rows: ForecastTable) -> list[FloatArray]:
    """What the figures are means of: the blocks of the bootstrap must suit each."""
    probability = rows.reals("probability")
    held = [covered(rows, level)[1].astype(float) for level in LEVELS]
    hits, losses = (
        scores.hits(probability, rows.above),
        scores.brier_losses(probability, rows.above),
    )
    return [hits, losses, *held]
