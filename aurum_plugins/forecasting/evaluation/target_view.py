"""What the page shows of one target: its figures in words, placed and drawn."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from aurum_plugins.forecasting.evaluation import target_charts
from aurum_plugins.forecasting.evaluation.charts import Axis, Chart
from aurum_plugins.forecasting.evaluation.figures import (
    between,
    count,
    points,
    points_between,
    share,
)
from aurum_plugins.forecasting.evaluation.report import (
    Estimate,
    Header,
    MemberFigures,
    TargetReport,
    ThresholdFigures,
)

_MEANINGS = {
    "forward_return": "whether the price stands higher {h} candles later",
    "forward_volatility": "whether the next {h} candles range wider than was usual",
}
_PREFIX = re.compile("^&-?")


@dataclass(frozen=True)
class Strip:
    """An interval on a horizontal axis, in percent of its length.

    Attributes
    ----------
    left, width : float
        The interval; a hair where it is none.
    value : float
        The figure.
    zero : float
        Where nothing is gained.
    """

    left: float
    width: float
    value: float
    zero: float


@dataclass(frozen=True)
class TargetView:
    """One target, for the template.

    Attributes
    ----------
    report : TargetReport
    header : Header
    number : int
        Tells targets apart whose names make the same anchor.
    """

    report: TargetReport
    header: Header
    number: int = 1

    @property
    def name(self) -> str:
        """As a reader wants it: "Forward return"."""
        return _PREFIX.sub("", self.report.target).replace("_", " ").capitalize()

    @property
    def anchor(self) -> str:
        """Name of the section, fit for a link."""
        return f"target-{self.number}-{re.sub('[^A-Za-z0-9]+', '-', self.report.target)}"

    @property
    def meaning(self) -> str:
        """What is forecast, in words; the name where there are none for it."""
        plain = _PREFIX.sub("", self.report.target)
        words = _MEANINGS.get(plain, f"whether {plain} is above 0")
        return words.format(h=self.header.horizon_candles)

    @property
    def verdict(self) -> str:
        """The result in two sentences."""
        scores = self.report.scores
        if scores is None:
            return ""
        right = f"Right in {share(scores.accuracy.value)} of {count(self.report.rows)} forecasts"
        if scores.accuracy.low is not None:
            right += f" (95 % interval {between(scores.accuracy)})"
        gains = [("the majority of the training rows", scores.gain_over_majority)]
        if scores.gain_over_persistence.value is not None:
            gains.append(("persistence", scores.gain_over_persistence))
        return f"{right}. Against {'; against '.join(_compared(*gain) for gain in gains)}."

    @property
    def acted_on(self) -> ThresholdFigures | None:
        """The confidence that was chosen to be acted on."""
        chosen = self.header.threshold
        return next((line for line in self.report.thresholds if line.threshold == chosen), None)

    @property
    def refused(self) -> int:
        """Forecasts that may not be acted on."""
        return sum(self.report.refused.values())

    @cached_property
    def confidence_chart(self) -> Chart:
        """Accuracy at every coverage."""
        return target_charts.confidence_chart(self.report)

    @cached_property
    def reliability_chart(self) -> Chart:
        """What came of each probability."""
        return target_charts.reliability_chart(self.report)

    @cached_property
    def accuracy_chart(self) -> Chart:
        """Accuracy by month."""
        return target_charts.accuracy_chart(self.report)

    @cached_property
    def coverage_chart(self) -> Chart:
        """Coverage of the intervals by month."""
        return target_charts.coverage_chart(self.report)

    @cached_property
    def equity_chart(self) -> Chart | None:
        """What became of a unit of money."""
        strategy = self.report.strategy
        return None if strategy is None else target_charts.equity_chart(strategy)

    @property
    def largest_weight(self) -> float:
        """Of any member; above 0, to divide by."""
        return max((member.weight or 0.0 for member in self.report.members), default=0.0) or 1.0

    def strip(self, member: MemberFigures) -> Strip | None:
        """Where the member's gain in skill lies among those of all; None if it has none."""
        gain = member.gain_in_skill
        if gain.value is None:
            return None
        axis = self._gains
        low = gain.value if gain.low is None else gain.low
        high = gain.value if gain.high is None else gain.high
        left = axis.place(low)
        width = max(axis.place(high) - left, 0.5)
        return Strip(left, width, axis.place(gain.value), axis.place(0.0))

    @cached_property
    def _gains(self) -> Axis:
        gains = [member.gain_in_skill for member in self.report.members]
        ends = [end for gain in gains for end in (gain.value, gain.low, gain.high)]
        return Axis.around([0.0, *ends], str)


def _compared(with_what: str, gain: Estimate) -> str:
    difference = f"{points(gain.value)}"
    if gain.low is None or gain.high is None:
        return f"{with_what} {difference}, with too little data to say what of it is chance"
    verdict = "no difference that chance could not have made"
    if gain.low > 0.0:
        verdict = "better than chance could have made it"
    elif gain.high < 0.0:
        verdict = "worse than chance could have made it"
    return f"{with_what} {difference} ({points_between(gain)}): {verdict}"
