"""Invented evidence of a validation, all of it good; tests spoil what they are about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from evaluation_report import header
from quality_report import pair_quality
from quality_report import report as quality

from aurum_plugins.forecasting.evaluation.report import (
    CanaryReport,
    Estimate,
    EvaluationReport,
    IntervalFigures,
    Scores,
    TargetReport,
    ThresholdFigures,
    Verdict,
)
from aurum_plugins.validation.evidence import Evidence
from aurum_plugins.validation.gathered import Gathered
from aurum_plugins.validation.gathering.coverage_account import CoverageAccount
from aurum_plugins.validation.gathering.data_account import DataAccount
from aurum_plugins.validation.gathering.decision_times import DecisionTimes
from aurum_plugins.validation.gathering.deployment_account import DeploymentAccount
from aurum_plugins.validation.gathering.door_account import DoorAccount
from aurum_plugins.validation.gathering.forecast_account import ForecastAccount
from aurum_plugins.validation.gathering.soak_account import SoakAccount

NOW = datetime(2026, 11, 23, 7, 8, tzinfo=UTC)


def soak(**changes: Any) -> SoakAccount:
    """An hour of eight pairs without a flaw."""
    facts: dict[str, Any] = {
        "minutes": 60.0,
        "due": 480,
        "made": 480,
        "due_under_faults": 400,
        "made_under_faults": 400,
        "failed": 0,
        "approved": 200,
        "filled": 198,
        "waiting": 0,
        "ends": {"FILLED": 198, "CANCELLED": 2},
        "orders": 390,
        "orders_filled": 380,
        "orders_wrong": 0,
        "attempts": 10_500,
        "attempts_broken": 2_000,
        "asked_beside": 0,
        "calls_failed": 1,
        "retries": 500,
        "down_s": 0.0,
        "longest_gap_s": 12.0,
        "recovery_s": 3.5,
        "not_recovered": 0,
        "interventions": 0,
        "ended_early": False,
        "closed": 190,
        "charged": 190,
        "delays_s": (0.5, 1.5, 2.5),
        "missed": (),
        "promised": 30,
    }
    return SoakAccount(**{**facts, **changes})


def door(**changes: Any) -> DoorAccount:
    """Broken candles that were kept from the models."""
    facts: dict[str, Any] = {
        "candles": 1_000,
        "damaged": 30,
        "offered": 200_000,
        "not_finite_offered": 9_000,
        "fitted": 800,
        "forecast": 1_000,
        "not_finite": 0,
        "not_finite_forecasts": 0,
        "refused": 50,
    }
    return DoorAccount(**{**facts, **changes})


def _target(name: str, accuracy: float, persistence: float, canary: CanaryReport) -> TargetReport:
    unknown = Estimate(value=0.1, low=0.05, high=0.15)
    scores = Scores(
        accuracy=Estimate(value=accuracy, low=accuracy - 0.01, high=accuracy + 0.01),
        majority=0.51,
        hindsight_majority=0.51,
        persistence=persistence,
        persistence_rows=9_000,
        accuracy_beside_persistence=accuracy,
        gain_over_persistence=unknown,
        gain_over_majority=unknown,
        auc=unknown,
        brier=0.2,
        brier_skill=unknown,
        log_loss=0.6,
        calibration_error=0.02,
        calibration_error_equal_width=0.02,
    )
    acted = ThresholdFigures(
        threshold=0.65,
        rows=900,
        coverage=0.1,
        accuracy=Estimate(value=0.9),
        majority=0.5,
        persistence=0.5,
    )
    return TargetReport(
        target=name,
        windows=3,
        forecasts=10_000,
        unknown=0,
        refused={},
        rows=9_000,
        base_rate=0.5,
        accuracy_with_refused=accuracy,
        scores=scores,
        thresholds=(acted, acted.model_copy(update={"threshold": 0.5})),
        intervals=tuple(
            IntervalFigures(
                level=level, rows=9_000, coverage=Estimate(value=level + 0.01), mean_width=1.0
            )
            for level in (0.8, 0.9)
        ),
        canaries=(canary,),
    )


def canary(verdict: Verdict = Verdict.AS_IT_SHOULD) -> CanaryReport:
    """Of shuffled labels."""
    estimate = Estimate(value=0.5)
    return CanaryReport(
        name="shuffled labels",
        expected="nothing is learnt",
        rows=100,
        auc=estimate,
        brier_skill=estimate,
        verdict=verdict,
        reason="the AUC is 0.9",
    )


def forecasts(
    *, is_synthetic: bool = False, verdict: Verdict = Verdict.AS_IT_SHOULD
) -> ForecastAccount:
    """Volatility right in 75 %, direction in 54 %."""
    targets = (
        _target("forward_return", 0.54, 0.47, canary(verdict)),
        _target("forward_volatility", 0.75, 0.71, canary(verdict)),
    )
    report = EvaluationReport(header=header(), targets=targets)
    return ForecastAccount(report, {"forward_volatility": 0.82}, is_synthetic)


def gathered(**changes: Callable[[], Any]) -> Gathered:
    """All evidence; productions by name replace those that find nothing wrong."""
    produced: dict[str, Callable[[], Any]] = {
        "door": door,
        "data": lambda: DataAccount(quality(pair_quality()), is_synthetic=False),
        "forecasts": forecasts,
        "times": lambda: DecisionTimes((10.0, 20.0, 30.0), "a decision", 8, 2),
        "soak": soak,
        "coverage": lambda: CoverageAccount(0.97, 500, NOW, 0),
        "deployment": lambda: DeploymentAccount(1.0, 100.0, 20.0),
        **changes,
    }
    return Gathered(**{name: Evidence(name, made, seconds=1.0) for name, made in produced.items()})
