"""Figures, bounds and intervals as a reader wants them."""

from __future__ import annotations

from aurum_plugins.forecasting.evaluation.figures import NONE, SPACE, share
from aurum_plugins.validation.measurement import Measurement
from aurum_plugins.validation.promise import Promise, Unit

_LARGE = 100.0
# Percent with one decimal would call more than this all of it.
_NEARLY_ALL = 0.99999


def figure(value: float | None, unit: Unit) -> str:
    """A figure in its unit: "99.4 %", "12.3 ms", "1,204"."""
    if value is None:
        return NONE
    match unit:
        case Unit.SHARE:
            return _share(value)
        case Unit.COUNT:
            return f"{value:,.0f}"
        case Unit.PLAIN:
            return f"{value:.3f}"
        case _:
            shown = f"{value:,.0f}" if value >= _LARGE else f"{value:,.1f}"
            return f"{shown}{SPACE}{unit.value}"


def wanted(promise: Promise) -> str:
    """What was promised: "at least 95 %"; a dash where nothing was."""
    bound = promise.bound
    if bound is None:
        return NONE
    value = bound.value
    shown = f"{100 * value:g}{SPACE}%" if promise.unit is Unit.SHARE else f"{value:,g}"
    unit = "" if promise.unit in (Unit.SHARE, Unit.COUNT, Unit.PLAIN) else f" {promise.unit.value}"
    return f"{bound.sense.value} {shown}{unit}"


def measured(measurement: Measurement) -> str:
    """What was found, with its interval and what it stands on."""
    unit = measurement.promise.unit
    shown = figure(measurement.value, unit)
    parts = []
    if measurement.low is not None and measurement.high is not None:
        ends = figure(measurement.low, unit), figure(measurement.high, unit)
        parts.append(f"{ends[0]} to {ends[1]}")
    if measurement.samples:
        parts.append(f"{measurement.samples:,} {measurement.noun}".strip())
    return f"{shown} ({'; '.join(parts)})" if parts else shown


def verdict(measurement: Measurement) -> str:
    """What became of it, and whether that could be luck."""
    uncertain = ", but on too few to be sure" if measurement.is_uncertain else ""
    return f"{measurement.outcome.value}{uncertain}"


def _share(value: float) -> str:
    """Of shares only the whole is shown as 100 %."""
    rounded = share(value)
    if value == 1.0 or rounded != share(1.0):
        return rounded
    return f"{100 * value:.3f}{SPACE}%" if value < _NEARLY_ALL else f"> 99.999{SPACE}%"
