"""What a study found, for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aurum_plugins.forecasting.tuning.finished_trial import FinishedTrial
from aurum_plugins.forecasting.tuning.knob import Knob
from aurum_plugins.forecasting.tuning.tuning_study import TuningStudy


@dataclass(frozen=True)
class TuningHeader:
    """What was tuned, on what.

    Attributes
    ----------
    created : datetime
    study : str
    data_set, timeframe : str
    horizon_candles : int
    pairs, targets : tuple of str
    used_from, used_until : datetime
        The period whose outcomes were looked at, the end excluded.
    windows : tuple of datetime
        Begin of each.
    step_days : int
        Days that each window forecasts.
    """

    created: datetime
    study: str
    data_set: str
    timeframe: str
    horizon_candles: int
    pairs: tuple[str, ...]
    targets: tuple[str, ...]
    used_from: datetime
    used_until: datetime
    windows: tuple[datetime, ...]
    step_days: int


@dataclass(frozen=True)
class TuningReport:
    """The finished trials of a study, one of which is the best.

    Attributes
    ----------
    header : TuningHeader
    knobs : tuple of Knob
    trials : tuple of FinishedTrial
        Oldest first; the first is what was configured.
    best : FinishedTrial
    importances : mapping of str to float
        Share of each setting in what decides the loss; empty where there are too few trials.
    """

    header: TuningHeader
    knobs: tuple[Knob, ...]
    trials: tuple[FinishedTrial, ...]
    best: FinishedTrial
    importances: Mapping[str, float]

    @classmethod
    def of(cls, header: TuningHeader, study: TuningStudy) -> TuningReport | None:
        """The report of a study that is open; None before a trial is finished."""
        best = study.best
        if best is None:
            return None
        return cls(header, study.knobs, study.finished, best, study.importances())

    @property
    def configured(self) -> FinishedTrial:
        """The trial of what was configured."""
        return self.trials[0]

    @property
    def pruned(self) -> int:
        """Trials that were given up."""
        return sum(trial.pruned for trial in self.trials)

    @property
    def improved(self) -> bool:
        """Whether anything was better than what was configured."""
        return self.best.number != self.configured.number

    @property
    def better_windows(self) -> int:
        """Windows in which the best trial lost less than what was configured."""
        pairs = zip(self.best.windows, self.configured.windows)
        return sum(best.loss < configured.loss for best, configured in pairs)

    @property
    def failures(self) -> tuple[str, ...]:
        """Why windows of the best trial had no model."""
        return self.best.score.failures
