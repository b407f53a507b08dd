"""The charts of one target, from its figures."""

from __future__ import annotations

from collections.abc import Sequence

from aurum_plugins.forecasting.evaluation.charts import Axis, Chart, Dot, Line
from aurum_plugins.forecasting.evaluation.figures import between, count, day, share
from aurum_plugins.forecasting.evaluation.report import Slice, StrategyReport, TargetReport

# From end to end of an axis of accuracies, at least.
_LEAST_SPAN = 0.06
_COVERAGE_MARKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_MOST_MONTHS_MARKED = 6
_MOST_DAYS_DRAWN = 240


def confidence_chart(report: TargetReport) -> Chart:
    """Accuracy against the share of rows that are acted on, the surest first."""
    shown = [line for line in report.thresholds if line.accuracy.low is not None]
    scores = report.scores
    majority = None if scores is None else scores.majority
    ends = [end for line in shown for end in (line.accuracy.low, line.accuracy.high)]
    curve = [(point.coverage, point.accuracy) for point in report.curve]
    persistent = [(point.coverage, point.persistence) for point in report.curve]
    smallest = min([x for x, _ in curve] + [line.coverage for line in shown], default=0.01)
    marks = tuple((f"{x:.0%}", x) for x in _COVERAGE_MARKS if x >= smallest)
    x_axis = Axis(min(smallest, 0.5), 1.0, marks, logarithmic=True)
    heights = [y for _, y in (*curve, *persistent)]
    return Chart(
        summary=f"Accuracy of {report.target} by share of rows acted on: "
        + "; ".join(f"{share(y)} at {share(x)}" for x, y in curve[::-1]),
        x=x_axis,
        y=Axis.around([*heights, *ends, majority], _whole, least_span=_LEAST_SPAN),
        x_label="share of forecasts acted on, the surest first",
        y_label="right",
        lines=(
            Line("majority of the training rows", "plain", [(x_axis.low, majority), (1, majority)]),
            Line("persistence, on the same rows", "rival", persistent),
            Line("ranked after the fact: optimistic", "faint", curve),
        ),
        dots=tuple(
            Dot(
                line.coverage,
                line.accuracy.value or 0.0,
                "ours",
                f"confidence {line.threshold:g} or more: {share(line.accuracy.value)} "
                f"({between(line.accuracy)}) of {count(line.rows)} forecasts",
                line.accuracy.low,
                line.accuracy.high,
            )
            for line in shown
        ),
        dots_label=("ours", "confidences fixed before, with 95 % intervals"),
    )


def reliability_chart(report: TargetReport) -> Chart:
    """What share came true of each probability."""
    bins = report.reliability
    values = [value for line in bins for value in (line.probability, line.observed)]
    axis = Axis.around(values, _whole, least_span=_LEAST_SPAN)
    return Chart(
        summary=f"Reliability of {report.target}: "
        + "; ".join(f"{share(b.observed)} came true of {share(b.probability)}" for b in bins),
        x=axis,
        y=axis,
        x_label="probability that was forecast",
        y_label="came true",
        lines=(
            Line("perfect", "plain", [(axis.low, axis.low), (axis.high, axis.high)]),
            Line("ours", "ours", [(line.probability, line.observed) for line in bins]),
        ),
        dots=tuple(
            Dot(
                line.probability,
                line.observed,
                "ours",
                f"{share(line.observed)} came true of {count(line.rows)} forecasts of "
                f"{share(line.probability)} on average",
            )
            for line in bins
        ),
    )


def accuracy_chart(report: TargetReport) -> Chart:
    """Accuracy and baselines, month by month."""
    months = report.by_month
    lines = (
        Line("majority of the training rows", "plain", _by_month([m.majority for m in months])),
        Line("persistence", "rival", _by_month([m.persistence for m in months])),
        Line("ours", "ours", _by_month([m.accuracy for m in months])),
    )
    return Chart(
        summary=f"Accuracy of {report.target} by month, from "
        + _extremes([(m.name, m.accuracy) for m in months]),
        x=_months_axis(months),
        y=_axis_of(lines),
        x_label="month",
        y_label="right",
        lines=lines,
    )


def coverage_chart(report: TargetReport) -> Chart:
    """Share of targets within their intervals, month by month."""
    months = report.by_month
    lines: list[Line] = []
    for figures, kind in zip(report.intervals, ("rival", "ours")):
        level = f"{100 * figures.level:.0f}"
        nominal: list[float | None] = [figures.level] * len(months)
        lines += [
            Line(f"{level} % promised", "plain", _by_month(nominal)),
            Line(f"{level} % intervals", kind, _by_month([m.coverage[level] for m in months])),
        ]
    return Chart(
        summary=f"Coverage of the intervals of {report.target} by month: "
        + "; ".join(
            f"{100 * f.level:.0f} % intervals held {share(f.coverage.value)}"
            for f in report.intervals
        ),
        x=_months_axis(months),
        y=_axis_of(lines),
        x_label="month",
        y_label="held",
        lines=tuple(lines),
    )


def equity_chart(strategy: StrategyReport) -> Chart:
    """What became of a unit of money, day by day."""
    every = -(-len(strategy.equity) // _MOST_DAYS_DRAWN) or 1
    # The last day is always shown.
    days = strategy.equity[::-1][::every][::-1]
    at = [float(point.day.timestamp()) for point in days]
    lines = tuple(
        Line(label, kind, [(x, getattr(point, name)) for x, point in zip(at, days)])
        for label, kind, name in (
            ("buy and hold", "plain", "hold"),
            ("the rule, before costs", "faint", "gross"),
            ("the rule, after costs", "ours", "net"),
        )
    )
    step = -(-len(days) // _MOST_MONTHS_MARKED)
    marks = tuple((day(point.day), x) for point, x in list(zip(days, at))[::step])
    values = [y for line in lines for _, y in line.points]
    return Chart(
        summary=f"A unit of money became {1 + strategy.net.total_return:.2f} by the rule after "
        f"costs and {1 + strategy.hold.total_return:.2f} by buying and holding.",
        x=Axis(min(at), max(at) if len(at) > 1 else at[0] + 1.0, marks),
        y=Axis.around([1.0, *values], lambda value: f"{value:g}", logarithmic=True),
        x_label="",
        y_label="value of 1",
        lines=lines,
    )


def _whole(value: float) -> str:
    """Percent, with a decimal where the mark needs one."""
    return f"{100 * value:.4g}%"


def _by_month(values: Sequence[float | None]) -> list[tuple[float, float | None]]:
    return [(float(number), value) for number, value in enumerate(values)]


def _months_axis(months: Sequence[Slice]) -> Axis:
    step = -(-len(months) // _MOST_MONTHS_MARKED) or 1
    marks = tuple((month.name, float(n)) for n, month in enumerate(months) if not n % step)
    return Axis(0.0, max(float(len(months) - 1), 1.0), marks)


def _axis_of(lines: Sequence[Line]) -> Axis:
    values = [y for line in lines for _, y in line.points]
    return Axis.around(values, _whole, least_span=_LEAST_SPAN)


def _extremes(named: Sequence[tuple[str, float]]) -> str:
    if not named:
        return "no month"
    (worst, low), (best, high) = (pick(named, key=lambda x: x[1]) for pick in (min, max))
    return f"{share(low)} in {worst} to {share(high)} in {best}"
