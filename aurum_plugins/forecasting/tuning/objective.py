"""What a trial is judged by: calibrated forecasts of windows that its models never saw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from aurum_plugins.forecasting.drift import DriftSettings
from aurum_plugins.forecasting.ensemble import Ensemble
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.evaluation.walk_forward_run import THIS_PROCESS, walk_forward
from aurum_plugins.forecasting.target import Target
from aurum_plugins.forecasting.tuning.candidate import Candidate
from aurum_plugins.forecasting.tuning.knob import Value
from aurum_plugins.forecasting.tuning.tuning_plan import TuningPlan
from aurum_plugins.forecasting.tuning.window_score import WindowScore
from aurum_plugins.forecasting.workers.workers import Workers
from aurum_plugins.preprocessing import PreprocessingSettings


@dataclass(frozen=True, eq=False)
class Objective:
    """Walks forward over the windows of a plan with settings that are tried.

    Each window has one `Ensemble` a pair, trained as it would be to serve: on labels that were
    known when the window began, its blocks purged and embargoed, its probabilities calibrated on
    rows that its members had not seen. Rows of the window are in none of that.

    Attributes
    ----------
    pairs : sequence of PairRows
        Holding no candle from the end of the tuning period on.
    plan : TuningPlan
    targets : sequence of Target
    horizon : int
        Candles until a label is known.
    candidate : Candidate
        As configured.
    preprocessing : PreprocessingSettings
    drift : DriftSettings
    day_candles : int
        Candles a day.
    workers : Workers
        Over pairs; each model has one thread.
    """

    pairs: Sequence[PairRows]
    plan: TuningPlan
    targets: Sequence[Target]
    horizon: int
    candidate: Candidate
    preprocessing: PreprocessingSettings
    drift: DriftSettings
    day_candles: int
    workers: Workers = THIS_PROCESS

    def scores(self, values: Mapping[str, Value]) -> Iterator[WindowScore]:
        """Score window after window, in order of time, when they are asked for.

        Parameters
        ----------
        values : mapping of str to (int, float or str)
            Settings in place of configured ones, as of `Candidate.with_values`.
        """
        tried = self.candidate.with_values(values)
        ensemble = partial(
            Ensemble,
            self.targets,
            self.horizon,
            tried.ensemble,
            self.preprocessing,
            tried.parameters,
            self.drift,
        )
        names = [target.name for target in self.targets]
        for start in self.plan.starts:
            window = self.plan.window(start, tried.train_days * self.day_candles)
            results = list(walk_forward(self.pairs, window, ensemble, self.workers, ablate=False))
            yield WindowScore.of(results, names)
