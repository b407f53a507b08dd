"""What came of forecasts of candles that no model had seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aurum_plugins.forecasting.evaluation.report import (
    EvaluationReport,
    Scores,
    TargetReport,
    Verdict,
)
from aurum_plugins.validation.errors import NotMeasured


@dataclass(frozen=True)
class ForecastAccount:
    """The evaluation report, and of what.

    Attributes
    ----------
    report : EvaluationReport
    mean_confidence : mapping of str to float
        Of the forecasts that could be acted on, by target.
    is_synthetic : bool
        Whether the candles are invented: then the figures show that the machinery works.
    """

    report: EvaluationReport
    mean_confidence: Mapping[str, float]
    is_synthetic: bool

    def target(self, name: str) -> tuple[TargetReport, Scores]:
        """What is known of one target.

        Raises
        ------
        NotMeasured
            If it was not forecast, could not be judged, or a canary says that nothing here can be
            believed.
        """
        found = [each for each in self.report.targets if each.target == name]
        if not found:
            raise NotMeasured(f"{name} was not forecast")
        target = found[0]
        failed = [canary for canary in target.canaries if canary.verdict is Verdict.FAILED]
        if failed:
            raise NotMeasured(f"the canary of {failed[0].name} failed: {failed[0].reason}")
        if target.scores is None:
            raise NotMeasured(target.error or f"no forecast of {name} could be judged")
        return target, target.scores

    @property
    def where(self) -> str:
        """Which candles, in words."""
        header = self.report.header
        if self.is_synthetic:
            return "of the synthetic market, which shows that it works, not how well"
        return (
            f"of {header.data_set}, {len(header.pairs)} pairs, {header.timeframe}, "
            f"{header.horizon_candles} candles ahead, "
            f"{header.period.start:%Y-%m-%d} to {header.period.stop:%Y-%m-%d}"
        )
