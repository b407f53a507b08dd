"""A study on disk: trials that were made, and the next one to make."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import optuna
from optuna.exceptions import StorageInternalError
from optuna.pruners import MedianPruner
from optuna.samplers import TPESampler
from optuna.trial import TrialState
from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from aurum_plugins.forecasting.tuning.errors import StudyMismatch, TornStudy
from aurum_plugins.forecasting.tuning.finished_trial import FinishedTrial
from aurum_plugins.forecasting.tuning.knob import Knob, Value
from aurum_plugins.forecasting.tuning.study_file import StudyFile
from aurum_plugins.forecasting.tuning.study_server import StudyServer
from aurum_plugins.forecasting.tuning.window_score import WindowScore, total

RANDOM_TRIALS = 10
# Trials, and windows of a trial, before any is given up.
PRUNED_AFTER_TRIALS, PRUNED_AFTER_WINDOWS = 5, 1
_MADE_WITH = "made_with"
_FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
_SEEDS = 2**32
# Letters of a value that an error shows.
_LONGEST = 60
# Between two looks whether another process has made the first trial.
_WAITING_SECONDS = 1.0
_DATABASE_ERRORS = (SQLAlchemyError, StorageInternalError)

Scores = Callable[[Mapping[str, Value]], Iterator[WindowScore]]


@dataclass(frozen=True)
class Attempt:
    """How far the trial at hand is.

    Attributes
    ----------
    trial : int
        Finished trials before it.
    window : int
        Windows that are done.
    finished : bool
        Whether it ended, either with all windows or given up.
    """

    trial: int
    window: int
    finished: bool


class TuningStudy:
    """Trials in a database, gone on with where they were left; a context manager.

    The first trial is what is configured, the next ones are random, and then a tree-structured
    Parzen estimator says what to try. A trial that after a window is behind the median of the
    others there is given up. What is compared there is a trial's loss over that of the first trial
    in the same windows, for windows differ more than trials.

    A trial that was broken off, in whichever way, counts for nothing and is made anew. In a file,
    what is tried depends on `seed` and the finished trials alone, so that a study that was killed
    and gone on with is the same as one that was not. On a server several processes make trials at
    once, the others waiting for the first: what is tried then depends on who was how fast.

    Parameters
    ----------
    storage : pathlib.Path or sqlalchemy.URL
        An SQLite file, of one process at a time; its folder is created if need be. Or a PostgreSQL
        database, of any number.
    name : str
    knobs : sequence of Knob
    made_with : mapping of str to object
        Whatever trials must have in common to be compared; fit for JSON.
    seed : int in [0, 2**32 - 1]
    pause : callable
        Waits so many seconds.

    Raises
    ------
    aurum_plugins.forecasting.tuning.errors.StudyError
        On entering: `StudyInUse`, `StudyMismatch`, `TornStudy`.

    References
    ----------
    J. Bergstra and others, "Algorithms for hyper-parameter optimization", NIPS (2011). D. Golovin
    and others, "Google Vizier", KDD (2017), for the median rule.
    """

    def __init__(
        self,
        storage: Path | URL,
        name: str,
        knobs: Sequence[Knob],
        made_with: Mapping[str, Any],
        seed: int = 0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._place: StudyFile | StudyServer
        self._place = StudyServer(storage, name) if isinstance(storage, URL) else StudyFile(storage)
        self._pause = pause
        self.name = name
        self.knobs = tuple(knobs)
        ranges = {f"search space of {knob.name}": knob.described for knob in self.knobs}
        self.made_with = json.loads(json.dumps({**made_with, **ranges, "seed": seed}))
        self.seed = seed

    def __enter__(self) -> Self:
        """Open the file or the database, or make what it lacks."""
        self._place.take()
        try:
            self._open()
        except BaseException:
            self._place.leave()
            raise
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Close it, and name it in an error of the database."""
        self._storage.remove_session()
        self._storage.engine.dispose()
        self._place.leave()
        if isinstance(error, _DATABASE_ERRORS):
            reason = f"failed ({_first_line(error)}); the same command goes on"
            raise TornStudy(self._place.where, reason) from None

    @property
    def finished(self) -> tuple[FinishedTrial, ...]:
        """Trials that came to an end, oldest first."""
        done = self._study.get_trials(deepcopy=False, states=_FINISHED)
        in_order = sorted(done, key=lambda trial: trial.number)
        return tuple(FinishedTrial.of(number, trial) for number, trial in enumerate(in_order))

    @property
    def best(self) -> FinishedTrial | None:
        """Of the trials with all windows, the one of least loss; the first of equals."""
        whole = [trial for trial in self.finished if not trial.pruned]
        return min(whole, key=lambda trial: trial.score.loss, default=None)

    def importances(self) -> dict[str, float]:
        """How much of the loss each setting decides, largest first; they sum to 1.

        Empty where trials are too few to say anything, or all alike.

        References
        ----------
        S. Watanabe, A. Bansal and F. Hutter, "PED-ANOVA: efficiently quantifying hyperparameter
        importance in arbitrary subspaces", IJCAI (2023).
        """
        losses = {trial.score.loss for trial in self.finished if not trial.pruned}
        if len(losses) < RANDOM_TRIALS:
            return {}
        return optuna.importance.get_param_importances(self._study)

    def attempt(self, scores: Scores) -> Generator[Attempt]:
        """Make one trial, window after window.

        Whoever stops asking, by closing the iterator or by an exception, breaks the trial off.

        Parameters
        ----------
        scores : callable
            From settings by name to the scores of their windows.
        """
        yield from self._wait_for_the_first()
        try:
            yield from self._attempt(scores)
        finally:
            self._place.leave_first()

    def _wait_for_the_first(self) -> Generator[Attempt]:
        while not self.finished and not self._place.take_first():
            yield Attempt(0, 0, finished=False)
            self._pause(_WAITING_SECONDS)

    def _attempt(self, scores: Scores) -> Generator[Attempt]:
        done = self.finished
        if done:
            self._place.leave_first()
        trial = self._ask(len(done))
        first = done[0].windows if done else ()
        windows: list[WindowScore] = []
        state, loss = TrialState.FAIL, None
        try:
            for score in scores(trial.params):
                windows.append(score)
                base = first[: len(windows)]
                excess = total(windows).loss - total(base).loss if base else 0.0
                trial.report(excess, len(windows) - 1)
                if trial.should_prune():
                    state = TrialState.PRUNED
                    break
                yield Attempt(len(done), len(windows), finished=False)
            else:
                state, loss = TrialState.COMPLETE, total(windows).loss
        finally:
            if state in _FINISHED:
                trial.set_user_attr("windows", FinishedTrial.stored(windows))
            self._study.tell(trial, loss, state=state)
        yield Attempt(len(done), len(windows), finished=True)

    def _ask(self, finished: int) -> optuna.trial.Trial:
        with self._place.turn():
            # Of a shared study all trials count, lest two processes try the same.
            made = len(self._study.get_trials(deepcopy=False)) if self._place.shared else finished
            return self._next(finished, made)

    def _next(self, finished: int, made: int) -> optuna.trial.Trial:
        if not finished and not self._study.get_trials(states=(TrialState.WAITING,)):
            self._study.enqueue_trial({knob.name: knob.configured for knob in self.knobs})
        self._study.sampler = TPESampler(
            seed=(self.seed + made) % _SEEDS,
            n_startup_trials=RANDOM_TRIALS,
            multivariate=True,
            constant_liar=False,
        )
        return self._study.ask({knob.name: knob.values for knob in self.knobs})

    def _open(self) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        try:
            with self._place.turn():
                self._storage = self._place.storage()
                self._study = optuna.create_study(
                    storage=self._storage,
                    study_name=self.name,
                    direction="minimize",
                    pruner=MedianPruner(PRUNED_AFTER_TRIALS, PRUNED_AFTER_WINDOWS),
                    load_if_exists=True,
                )
                self._check()
            if not self._place.shared:
                for left in self._study.get_trials(states=(TrialState.RUNNING,)):
                    self._study.tell(left.number, state=TrialState.FAIL)
        except (*_DATABASE_ERRORS, RuntimeError, KeyError) as error:
            reason = (
                f"is not a study that can be gone on with ({_first_line(error)}); name another "
                "with --storage"
            )
            raise TornStudy(self._place.where, reason) from error

    def _check(self) -> None:
        then = self._study.user_attrs.get(_MADE_WITH)
        if then is None:
            self._study.set_user_attr(_MADE_WITH, self.made_with)
            return
        names = sorted(then.keys() | self.made_with.keys())
        differences = [
            f"{name}: {_shown(then, name)} then, {_shown(self.made_with, name)} now"
            for name in names
            if name not in then or name not in self.made_with or then[name] != self.made_with[name]
        ]
        if differences:
            raise StudyMismatch(self._place.where, differences)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _shown(values: Mapping[str, Any], name: str) -> str:
    if name not in values:
        return "nothing"
    text = json.dumps(values[name])
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
