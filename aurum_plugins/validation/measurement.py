"""A promise, and what was found of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Self

from pydantic import BaseModel, ConfigDict

from aurum_plugins.validation.promise import Promise, Sense, Unit
from aurum_plugins.validation.reading import Reading

_UNPROVABLE: Final = frozenset({(Sense.AT_MOST, 0.0), (Sense.AT_LEAST, 1.0)})


class Outcome(StrEnum):
    """What became of a promise."""

    PASSED = "passed"
    MISSED = "missed"
    NOT_PROMISED = "not promised"
    NOT_MEASURED = "not measured"  # it was wanted and is not known: no pass
    LEFT_OUT = "left out"  # not part of this run


class Measurement(BaseModel):
    """One row of a validation.

    Attributes
    ----------
    promise : Promise
    outcome : Outcome
    value : float or None
        In the promise's unit; None if not known.
    low, high : float or None
        Ends of a 95 % interval.
    samples : int
    noun : str
        What samples are.
    compared : str
        The base rate, or what else the figure must be seen beside.
    note : str
        Of a figure that is not known: why.
    seconds : float
        How long it took, the evidence that it was the first to ask for included.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    promise: Promise
    outcome: Outcome
    value: float | None = None
    low: float | None = None
    high: float | None = None
    samples: int = 0
    noun: str = ""
    compared: str = ""
    note: str = ""
    seconds: float = 0.0

    @classmethod
    def of(cls, promise: Promise, reading: Reading, seconds: float) -> Self:
        """Hold a reading against its promise."""
        outcome = Outcome.NOT_PROMISED
        if promise.bound is not None:
            if reading.value is None:
                outcome = Outcome.NOT_MEASURED
            else:
                kept = promise.bound.holds(reading.value)
                outcome = Outcome.PASSED if kept else Outcome.MISSED
        return cls(
            promise=promise,
            outcome=outcome,
            value=reading.value,
            low=reading.low,
            high=reading.high,
            samples=reading.samples,
            noun=reading.noun,
            compared=reading.compared,
            note=reading.note,
            seconds=seconds,
        )

    @classmethod
    def without(cls, promise: Promise, outcome: Outcome, reason: str, seconds: float = 0.0) -> Self:
        """A promise of which nothing was found."""
        return cls(promise=promise, outcome=outcome, note=reason, seconds=seconds)

    @property
    def is_uncertain(self) -> bool:
        """Whether it passed or missed on so few samples that the other could be true as well.

        Of a bound of at most nothing or at least everything no count can prove that it holds, so of
        those only the interval is told.
        """
        bound = self.promise.bound
        if bound is None or self.low is None or self.high is None:
            return False
        if self.promise.unit is Unit.SHARE and (bound.sense, bound.value) in _UNPROVABLE:
            return False
        return bound.holds(self.low) != bound.holds(self.high)
