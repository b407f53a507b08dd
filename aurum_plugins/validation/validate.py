"""Carrying out measures, whatever becomes of them."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from aurum_plugins.errors import AurumError
from aurum_plugins.validation.errors import LeftOut, NotMeasured
from aurum_plugins.validation.gathered import Gathered
from aurum_plugins.validation.measure import AnyMeasure
from aurum_plugins.validation.measurement import Measurement, Outcome

OnStart = Callable[[str, float], None]


def validate(
    measures: Sequence[AnyMeasure],
    gathered: Gathered,
    on_start: OnStart,
    monotonic: Callable[[], float] = time.monotonic,
) -> tuple[Measurement, ...]:
    """Measure one promise after the other; none is skipped, and no error passes for a success.

    Parameters
    ----------
    measures : sequence of Measure
    gathered : Gathered
    on_start : callable
        Called before each measure with what is being done, and the seconds that are left.
    monotonic : callable
        Seconds.

    Returns
    -------
    tuple of Measurement
        In the order of the measures.
    """
    found = []
    for number, measure in enumerate(measures):
        doing = measure.evidence(gathered)
        name = measure.promise.name
        left = seconds_left(measures[number:], gathered)
        on_start(f"{name}: {doing.name}" if not doing.is_known else name, left)
        began = monotonic()
        measurement = _guarded(measure, gathered)
        found.append(measurement.model_copy(update={"seconds": monotonic() - began}))
    return tuple(found)


def seconds_left(measures: Iterable[AnyMeasure], gathered: Gathered) -> float:
    """How long measures will take, roughly; what is known already takes no time."""
    pending = {id(each): each for each in (m.evidence(gathered) for m in measures)}
    return sum(each.seconds for each in pending.values() if not each.is_known)


def _guarded(measure: AnyMeasure, gathered: Gathered) -> Measurement:
    promise = measure.promise
    try:
        return Measurement.of(promise, measure(gathered), 0.0)
    except LeftOut as error:
        return Measurement.without(promise, Outcome.LEFT_OUT, error.reason)
    except NotMeasured as error:
        return Measurement.without(promise, Outcome.NOT_MEASURED, error.reason)
    except Exception as error:  # noqa: BLE001 - a measure that breaks down is no pass
        return Measurement.without(promise, Outcome.NOT_MEASURED, _words(error))


def _words(error: Exception) -> str:
    """What went wrong; only our own and the system's messages are quoted: no secret is in them."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}, line {place.lineno}"
    said = f": {error}" if isinstance(error, AurumError | OSError) else ""
    return f"{type(error).__name__}{said} ({where})"
