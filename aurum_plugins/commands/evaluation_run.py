"""The steps of `aurum evaluate`, one after the other, each with its length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from aurum_plugins.commands.evaluate_request import EvaluateRequest
from aurum_plugins.forecasting.evaluation.canaries import Canary
from aurum_plugins.forecasting.evaluation.canary_runs import (
    shuffled_labels_canary,
    shuffled_splits_canaries,
    with_shuffled_labels,
)
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.evaluation.report import EvaluationReport, Failure, TargetReport
from aurum_plugins.forecasting.evaluation.universe_walk import walk_universe
from aurum_plugins.forecasting.evaluation.walk_forward_run import (
    THIS_PROCESS,
    WindowResult,
    walk_forward,
)
from aurum_plugins.forecasting.workers.workers import Workers

# Of each pair: the labels of the first windows are as good to shuffle as those of all.
CANARY_WINDOWS = 3


@dataclass(frozen=True)
class Step:
    """Something to be done.

    Attributes
    ----------
    name : str
    total : int
        Parts that it has.
    work : iterator
        Does one part after the other.
    """

    name: str
    total: int
    work: Iterator[object]


class EvaluationRun:
    """Computes features, walks forward, runs the canaries and judges.

    Parameters
    ----------
    request : EvaluateRequest
    workers : Workers
    with_canaries : bool

    Attributes
    ----------
    forecasts : pandas.DataFrame of shape (n, m)
        Every forecast, as `forecast_table` describes it, with the column `label` before: the
        target's name. Known once the steps are done.
    """

    forecasts: pd.DataFrame

    def __init__(
        self,
        request: EvaluateRequest,
        *,
        workers: Workers = THIS_PROCESS,
        with_canaries: bool = True,
    ) -> None:
        self._request = request
        self._forecasts = walk_universe if request.universe.enabled else walk_forward
        self._workers = workers
        self._with_canaries = with_canaries
        self._rows: list[PairRows] = []
        self._tables: dict[str, list[pd.DataFrame]] = defaultdict(list)
        self._failures: list[Failure] = []
        self._canaries: dict[str, list[Canary]] = defaultdict(list)
        self._targets: list[TargetReport] = []

    def steps(self) -> Iterator[Step]:
        """What is to be done; each step must be worked through before the next is asked for."""
        request = self._request
        pairs = len(request.data.pairs)
        yield Step("features", pairs, self._compute())
        yield Step("windows", request.windows, self._walk())
        if self._with_canaries:
            windows = min(CANARY_WINDOWS, len(request.plan.windows))
            yield Step("shuffled labels", pairs * windows, self._shuffle_labels())
            yield Step("shuffled splits", pairs, self._shuffle_splits())
        yield Step("judgement", len(request.targets.include), self._judge())

    def report(self, created: datetime) -> EvaluationReport:
        """The report, once the steps are done."""
        return EvaluationReport(
            header=self._request.header(created),
            failures=tuple(sorted(self._failures, key=lambda f: (f.pair, f.window))),
            targets=tuple(self._targets),
        )

    def _compute(self) -> Iterator[object]:
        for rows in self._request.rows():
            self._rows.append(rows)
            yield rows

    def _walk(self) -> Iterator[object]:
        request = self._request
        for result in self._forecasts(
            self._rows, request.plan, request.new_ensemble, self._workers
        ):
            self._keep(result)
            yield result

    def _keep(self, result: WindowResult) -> None:
        if result.error:
            failure = Failure(pair=result.pair, window=result.window, reason=result.error)
            self._failures.append(failure)
        for target, table in result.tables.items():
            self._tables[target].append(table)

    def _shuffle_labels(self) -> Iterator[object]:
        request = self._request
        plan = request.plan
        few = replace(plan, stop=min(plan.stop, plan.first + CANARY_WINDOWS * plan.step_candles))
        shuffled = [with_shuffled_labels(rows, request.ensemble.seed) for rows in self._rows]
        tables: dict[str, list[pd.DataFrame]] = defaultdict(list)
        runs = self._forecasts(shuffled, few, request.new_ensemble, self._workers, ablate=False)
        for result in runs:
            for target, table in result.tables.items():
                tables[target].append(table)
            yield result
        for target, parts in tables.items():
            canary = shuffled_labels_canary(pd.concat(parts, ignore_index=True))
            if canary is not None:
                self._canaries[target].append(canary)

    def _shuffle_splits(self) -> Iterator[object]:
        request = self._request
        parts = []
        for rows in self._rows:
            part = shuffled_splits_canaries(rows, self._horizon, request.ensemble.seed)
            parts.append(part)
            yield part
        for target in request.targets.include:
            of_target = [part[target] for part in parts if target in part]
            if of_target:
                self._canaries[target].append(Canary.together(of_target))

    def _judge(self) -> Iterator[object]:
        labelled = []
        for target in self._request.targets.include:
            frame = pd.concat(self._tables[target], ignore_index=True)
            labelled.append(frame.assign(label=target))
            report = self._request.assessment.of(
                target,
                frame,
                self._canaries[target],
                with_strategy=self._request.is_return(target),
            )
            self._targets.append(report)
            yield report
        whole = pd.concat(labelled, ignore_index=True)
        self.forecasts = whole[["label", *whole.columns.drop("label")]]

    @property
    def _horizon(self) -> int:
        return self._request.targets.horizon_candles
