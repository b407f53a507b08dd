"""What was forecast for each pair's newest candle."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from aurum_plugins.database.database import Database
from aurum_plugins.execution.decision import Decision
from aurum_plugins.monitoring.snapshot.bot_snapshot import Forecast
from aurum_plugins.monitoring.snapshot.newest_decisions import newest_decisions
from aurum_plugins.refusal import Figure
from aurum_plugins.signals.outlook import READY

# Only where something forecasts is any of these written down: see `aurum_plugins.signals.outlook`.
_FIGURES = ("probability", "confidence", "volatility_ratio")
_READINESS = "readiness"


def forecasts(database: Database, bot: str, now_ms: int) -> tuple[Forecast, ...]:
    """The forecast of each pair that has one, by their names in alphabetical order.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    """
    return forecasts_of(newest_decisions(database, bot, now_ms))


def forecasts_of(newest: Iterable[Decision]) -> tuple[Forecast, ...]:
    """The forecasts behind decisions; decisions without one are left out."""
    return tuple(
        _forecast(decision)
        for decision in newest
        if not decision.figures.keys().isdisjoint((*_FIGURES, _READINESS))
    )


def _forecast(decision: Decision) -> Forecast:
    probability, confidence, ratio = (_number(decision.figures, name) for name in _FIGURES)
    ready = _number(decision.figures, _READINESS) == READY and probability is not None
    return Forecast(decision.pair, decision.candle_ms, probability, confidence, ratio, ready)


def _number(figures: Mapping[str, Figure], name: str) -> float | None:
    value = figures.get(name)
    known = isinstance(value, int | float) and math.isfinite(value)
    return float(value) if known and value is not None else None
