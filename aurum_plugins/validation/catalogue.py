"""All measures, in the order in which they are carried out and shown."""

from __future__ import annotations

from typing import Final

from aurum_plugins.validation.measure import AnyMeasure
from aurum_plugins.validation.measures import data, forecasts, operation, reliability, trading

MEASURES: Final[tuple[AnyMeasure, ...]] = tuple(
    sorted(
        (
            *data.MEASURES,
            *trading.MEASURES,
            *reliability.MEASURES,
            *forecasts.MEASURES,
            *operation.MEASURES,
        ),
        key=lambda measure: measure.promise.phase,
    )
)
