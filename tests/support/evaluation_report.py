"""A report on random forecasts, for tests of what renders it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np
from forecast_table import START_MS, forecast_table

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.forecasting.evaluation.assessment import Assessment
from aurum_plugins.forecasting.evaluation.canaries import Canary, CanaryKind
from aurum_plugins.forecasting.evaluation.report import EvaluationReport, Header
from aurum_plugins.preprocessing.quality.report import Period

PAIRS = ("BTC/USDT", "ETH/USDT")
HORIZON = 4


def header(**changes: Any) -> Header:
    """Of two months of two pairs."""
    facts: dict[str, Any] = {
        "created": datetime(2024, 5, 6, 7, 8, tzinfo=UTC),
        "data_set": "binance-1h",
        "timeframe": "1h",
        "horizon_candles": HORIZON,
        "pairs": PAIRS,
        "period": Period.of_ms(START_MS, START_MS + 1_500 * HOUR_MS),
        "train_days": 365,
        "step_days": 30,
        "seed": 0,
        "threshold": 0.65,
        "cost": 0.001,
        "trials": 14,
        "versions": {"aurumbotx": "0.1.0", "numpy": "2.4.0"},
        "settings": {"aurum.ensemble": {"members": ["random_forest"], "folds": 4}},
    }
    return Header(**{**facts, **changes})


def canaries(seed: int = 3, rows: int = 2_000) -> tuple[Canary, Canary]:
    """Both as they should be: one without skill, one that looks better than purged splits."""
    rng = np.random.default_rng(seed)
    above = rng.random(rows) < 0.5
    base_rate = np.full(rows, 0.5)
    candles = np.arange(rows)
    blind = np.clip(0.5 + 0.02 * rng.standard_normal(rows), 0, 1)
    leaked = np.clip(0.5 + 0.2 * (above - 0.5) + 0.1 * rng.standard_normal(rows), 0, 1)
    honest = np.clip(0.5 + 0.05 * (above - 0.5) + 0.1 * rng.standard_normal(rows), 0, 1)
    return (
        Canary(CanaryKind.SHUFFLED_LABELS, candles, above, blind, base_rate),
        Canary(CanaryKind.SHUFFLED_SPLITS, candles, above, leaked, base_rate, honest),
    )


@cache
def report() -> EvaluationReport:
    """A direction with a strategy and canaries, and a volatility with neither."""
    judge = Assessment(horizon=HORIZON, threshold=0.65, cost=0.001, trials=14)
    direction = judge.of(
        "forward_return", forecast_table(skill=0.5), canaries(), with_strategy=True
    )
    volatility = judge.of("forward_volatility", forecast_table(seed=8))
    return EvaluationReport(header=header(), targets=(direction, volatility))
