"""The trials of `aurum tune`, with a progress bar."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from aurum_plugins.clock import MINUTE_MS, WallClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from aurum_plugins.forecasting.tuning.objective import Objective
    from aurum_plugins.forecasting.tuning.tuning_study import TuningStudy


def make_trials(
    study: TuningStudy, objective: Objective, trials: int, timeout: float | None
) -> bool:
    """Make trials with a bar, where somebody looks.

    Parameters
    ----------
    study : TuningStudy
        Entered.
    objective : Objective
    trials : int
        That the study is to have in all.
    timeout : float, optional
        Minutes.

    Returns
    -------
    bool
        Whether Ctrl-C ended it. The trial at hand is broken off then, as it is out of time.
    """
    from aurum_plugins.forecasting.tuning.attempts import attempts  # noqa: PLC0415

    errors = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=errors, transient=True, disable=not errors.is_terminal
    ) as progress:
        whole = progress.add_task(_best(study), total=trials, completed=len(study.finished))
        part = progress.add_task("windows", total=objective.plan.windows)
        steps = attempts(study, objective.scores, trials, _out_of_time(timeout))
        with closing(steps):
            try:
                for step in steps:
                    progress.update(part, completed=0 if step.finished else step.window)
                    if step.finished:
                        progress.update(whole, completed=step.trial + 1, description=_best(study))
            except KeyboardInterrupt:
                return True
    return False


def _out_of_time(minutes: float | None) -> Callable[[], bool]:
    clock = WallClock()
    end = None if minutes is None else clock.now_ms() + minutes * MINUTE_MS
    return lambda: end is not None and clock.now_ms() >= end


def _best(study: TuningStudy) -> str:
    best = study.best
    if best is None:
        return "trials"
    configured = study.finished[0].score.loss
    return f"trials, best {best.score.loss:.4f} (as configured {configured:.4f})"
