"""The charts of a tuning report."""

from __future__ import annotations

from itertools import accumulate

from aurum_plugins.forecasting.evaluation.charts import Axis, Chart, Dot, Line
from aurum_plugins.forecasting.evaluation.figures import day
from aurum_plugins.forecasting.tuning.tuning_report import TuningReport

_MOST_MARKS = 8
# From end to end of an axis of losses, at least: less is noise.
_LEAST_SPAN = 0.002


def history_chart(report: TuningReport) -> Chart:
    """The loss of each trial, and of the best until then."""
    whole = [trial for trial in report.trials if not trial.pruned]
    at = [float(trial.number) for trial in whole]
    losses = [trial.score.loss for trial in whole]
    best = list(accumulate(losses, min))
    last = max(float(report.trials[-1].number), 1.0)
    configured = losses[0]
    return Chart(
        summary=f"Loss by trial: {configured:.4f} as configured, {best[-1]:.4f} of the best of "
        f"{len(report.trials)}",
        x=_numbers(last),
        y=Axis.around(losses, _loss, least_span=_LEAST_SPAN),
        x_label="trial",
        y_label="log loss",
        lines=(
            Line("as configured", "plain", [(0.0, configured), (last, configured)]),
            Line("best until then", "ours", [*zip(at, best), (last, best[-1])]),
        ),
        dots=tuple(
            Dot(x, loss, "ours", f"trial {x:.0f}: {loss:.4f}") for x, loss in zip(at, losses)
        ),
        dots_label=("ours", "trials with all windows"),
    )


def windows_chart(report: TuningReport) -> Chart:
    """The loss in each window, of the best trial and as configured."""
    best = [(float(n), window.loss) for n, window in enumerate(report.best.windows)]
    usual = [(float(n), window.loss) for n, window in enumerate(report.configured.windows)]
    starts = report.header.windows
    every = -(-len(starts) // _MOST_MARKS)
    marks = tuple((day(start), float(n)) for n, start in enumerate(starts) if not n % every)
    return Chart(
        summary="Loss by window, as configured and of the best trial: "
        + "; ".join(
            f"{day(start)} {a:.4f} and {b:.4f}"
            for start, (_, a), (_, b) in zip(starts, usual, best)
        ),
        x=Axis(0.0, max(float(len(starts) - 1), 1.0), marks),
        y=Axis.around([loss for _, loss in (*best, *usual)], _loss, least_span=_LEAST_SPAN),
        x_label="window from",
        y_label="log loss",
        lines=(Line("as configured", "rival", usual), Line("best trial", "ours", best)),
    )


def _numbers(last: float) -> Axis:
    step = -(-int(last) // _MOST_MARKS)
    return Axis(0.0, last, tuple((str(n), float(n)) for n in range(0, int(last) + 1, step)))


def _loss(value: float) -> str:
    return f"{value:.4g}"
