"""Trial after trial until there are enough, or the time is up."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing

from aurum_plugins.forecasting.tuning.tuning_study import Attempt, Scores, TuningStudy


def attempts(
    study: TuningStudy, scores: Scores, trials: int, out_of_time: Callable[[], bool]
) -> Generator[Attempt]:
    """Make trials.

    Parameters
    ----------
    study : TuningStudy
        Entered.
    scores : callable
        As of `TuningStudy.attempt`.
    trials : int
        That the study is to have in all, those of earlier runs included.
    out_of_time : callable
        Asked after each window; a trial that it stops is broken off.

    Returns
    -------
    iterator of Attempt
        One after each window. Close it, if not used up, before the study.
    """
    while len(study.finished) < trials and not out_of_time():
        with closing(study.attempt(scores)) as attempt:
            for step in attempt:
                yield step
                if not step.finished and out_of_time():
                    return
