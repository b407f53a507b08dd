"""What is known about forecasts after their outcomes.

Shares, accuracies and coverages lie in [0, 1]; times are UTC. A figure that could not be computed
is None, never 0. Rows are forecasts that could be acted on and whose target became known, unless it
says otherwise.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from aurum_plugins.preprocessing.quality.report import Period


def known(figure: float) -> float | None:
    """A figure, or None where it is NaN."""
    return None if math.isnan(figure) else figure


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Estimate(_Figures):
    """A figure, and the 95 % interval of a block bootstrap around it."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Header(_Figures):
    """What was forecast, with what, and what was fixed before anything was seen."""

    created: AwareDatetime
    data_set: str  # name of the folder of candles
    timeframe: str
    horizon_candles: int
    pairs: tuple[str, ...]
    period: Period  # that forecasts were asked for
    train_days: int
    step_days: int
    seed: int
    threshold: float  # the confidence that is acted on
    cost: float  # share of the value traded, a side
    trials: int  # variants that were tried before this one was reported, this one included
    versions: dict[str, str]
    settings: dict[str, dict[str, Any]]  # by section of the configuration


class Scores(_Figures):
    """How good the probabilities were, beside what needs no model."""

    accuracy: Estimate  # of "above 0 where the probability is above one half"
    majority: float  # accuracy of the more frequent sign of the training rows
    hindsight_majority: float  # of the more frequent sign of these very rows
    persistence: float | None  # of "as it was last", where that is known
    persistence_rows: int
    accuracy_beside_persistence: float | None  # of the forecasts on the rows of the former
    gain_over_persistence: Estimate  # the former minus persistence, on those rows
    gain_over_majority: Estimate
    auc: Estimate
    brier: float  # mean square of probability minus outcome
    brier_skill: Estimate  # 1 - brier / brier of the training rows' base rate
    log_loss: float  # nats
    calibration_error: float  # expected, over ten bins of as many rows
    calibration_error_equal_width: float  # the same over ten bins as wide as each other


class CoveragePoint(_Figures):
    """Accuracy of the most confident rows, ranked after the fact: optimistic."""

    coverage: float
    rows: int
    accuracy: float
    persistence: float | None  # on the same rows


class ThresholdFigures(_Figures):
    """Accuracy of the rows at or above a confidence that was fixed before."""

    threshold: float
    rows: int
    coverage: float
    accuracy: Estimate
    majority: float | None
    persistence: float | None  # both on the same rows


class ReliabilityBin(_Figures):
    """Rows of similar probability."""

    rows: int
    probability: float  # mean
    observed: float  # share above 0


class IntervalFigures(_Figures):
    """Of the intervals of one level: how many targets they held, and at what width."""

    level: float
    rows: int  # that have an interval
    coverage: Estimate
    mean_width: float | None  # in units of the target


class Slice(_Figures):
    """Part of the rows: a pair, a month or a regime."""

    name: str
    rows: int
    above: float  # share of targets above 0
    accuracy: float
    majority: float
    persistence: float | None
    auc: float | None
    brier_skill: float | None
    coverage: dict[str, float | None]  # by level, "80" and "90"


class MemberFigures(_Figures):
    """One member: alone, and what the ensemble has of it."""

    name: str
    weight: float | None  # mean over the rows
    rows: int  # that it forecast
    accuracy: float | None
    auc: float | None
    brier_skill: float | None
    gain_in_accuracy: Estimate  # of the ensemble over the ensemble without it
    gain_in_skill: Estimate


class Performance(_Figures):
    """What became of a unit of money."""

    total_return: float
    sharpe: float | None  # of daily returns, times the root of 365
    max_drawdown: float  # share of the highest value before, at closes of candles


class EquityPoint(_Figures):
    """Value of a unit of money at the end of a day."""

    day: AwareDatetime
    net: float
    gross: float
    hold: float


class StrategyReport(_Figures):
    """A rule so simple that it can be said in a sentence; not advice, and not the strategy."""

    rule: str
    trades: int
    winners: float | None  # share of trades with a net gain
    exposure: float  # share of candles in the market
    net: Performance
    gross: Performance
    hold: Performance
    days: int
    probabilistic_sharpe: float | None  # probability that the true net Sharpe ratio is above 0
    deflated_sharpe: float | None  # above what the best of the trials has by luck
    lucky_sharpe: float | None  # that best of the trials, annualised
    trials: int
    equity: tuple[EquityPoint, ...]


class Verdict(StrEnum):
    """Whether a canary sings."""

    AS_IT_SHOULD = "as it should"
    INCONCLUSIVE = "inconclusive"
    FAILED = "failed"


class CanaryReport(_Figures):
    """A run that must come out in a known way, or else nothing here can be believed.

    Its intervals hold 99 %: of several canaries, none is to fail by chance.
    """

    name: str
    expected: str
    rows: int
    auc: Estimate
    brier_skill: Estimate
    honest_auc: float | None = None  # of purged splits, on the same rows
    leak: Estimate | None = None  # how much better in AUC the shuffled splits look
    verdict: Verdict
    reason: str


class TargetReport(_Figures):
    """Everything on one target."""

    target: str
    windows: int
    forecasts: int  # rows of the table
    unknown: int  # of those, usable ones whose target is not known
    refused: dict[str, int]  # forecasts that may not be acted on, by reason
    rows: int  # the rest: what all figures are of
    base_rate: float | None  # share above 0
    accuracy_with_refused: float | None  # of all forecasts with a known target and a probability
    error: str | None = None  # why there are no figures
    scores: Scores | None = None
    curve: tuple[CoveragePoint, ...] = ()
    thresholds: tuple[ThresholdFigures, ...] = ()
    reliability: tuple[ReliabilityBin, ...] = ()
    intervals: tuple[IntervalFigures, ...] = ()
    by_pair: tuple[Slice, ...] = ()
    by_month: tuple[Slice, ...] = ()
    by_regime: tuple[Slice, ...] = ()
    members: tuple[MemberFigures, ...] = ()
    strategy: StrategyReport | None = None
    canaries: tuple[CanaryReport, ...] = ()


class Failure(_Figures):
    """A window without a model: its rows are counted as refused."""

    pair: str
    window: int
    reason: str


class EvaluationReport(_Figures):
    """The whole report; `model_dump_json` and `model_validate_json` are its file format."""

    format: Literal[1] = 1
    header: Header
    failures: tuple[Failure, ...] = ()
    targets: tuple[TargetReport, ...]
