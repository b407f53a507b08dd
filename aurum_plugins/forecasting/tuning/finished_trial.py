"""A trial that came to an end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Self

from optuna.trial import FrozenTrial, TrialState

from aurum_plugins.forecasting.tuning.knob import Value
from aurum_plugins.forecasting.tuning.window_score import ForecastSums, WindowScore, total


@dataclass(frozen=True)
class FinishedTrial:
    """What was tried, and what came of it.

    Attributes
    ----------
    number : int
        0 for what is configured; trials that were broken off have none.
    values : mapping of str to (int, float or str)
        Settings by dotted name.
    windows : tuple of WindowScore
        In order of time; of a trial that was given up, those until then.
    pruned : bool
        Whether it was given up.
    took : datetime.timedelta
    """

    number: int
    values: Mapping[str, Value]
    windows: tuple[WindowScore, ...]
    pruned: bool
    took: timedelta

    @classmethod
    def of(cls, number: int, trial: FrozenTrial) -> Self:
        """Read a trial of the study."""
        windows = tuple(
            WindowScore(
                {target: ForecastSums(**sums) for target, sums in window["targets"].items()},
                tuple(window["failures"]),
            )
            for window in trial.user_attrs["windows"]
        )
        return cls(
            number=number,
            values=trial.params,
            windows=windows,
            pruned=trial.state == TrialState.PRUNED,
            took=trial.duration or timedelta(0),
        )

    @staticmethod
    def stored(windows: Sequence[WindowScore]) -> list[dict[str, Any]]:
        """Windows as JSON can hold them."""
        return [asdict(window) for window in windows]

    @property
    def score(self) -> WindowScore:
        """All windows together."""
        return total(self.windows)
