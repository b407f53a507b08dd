"""What was promised, and what would keep it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from enum import IntEnum, StrEnum
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, model_validator


class Unit(StrEnum):
    """What a figure counts; shares lie in [0, 1]."""

    SHARE = "share"
    COUNT = "count"
    MILLISECONDS = "ms"
    SECONDS = "s"
    PER_HOUR = "per hour"
    PLAIN = "plain"


class Sense(StrEnum):
    """On which side of a bound a figure has to lie."""

    AT_LEAST = "at least"
    AT_MOST = "at most"
    ABOVE = "above"
    BELOW = "below"


_HOLDS: Final[Mapping[Sense, Callable[[float, float], bool]]] = {
    Sense.AT_LEAST: operator.ge,
    Sense.AT_MOST: operator.le,
    Sense.ABOVE: operator.gt,
    Sense.BELOW: operator.lt,
}


class Phase(IntEnum):
    """Of the rollout: what has to hold before the next one begins."""

    CORE = 1
    STABILITY = 2
    FORECASTS = 3
    WHOLE = 4


class Source(StrEnum):
    """Who set a bound."""

    PLAN = "plan"  # the plan of work that this project began with
    OURS = "ours"  # in place of a figure of the plan that measures nothing


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Bound(_Frozen):
    """A floor or a ceiling.

    Examples
    --------
    >>> Bound(sense=Sense.AT_LEAST, value=0.95).holds(0.95)
    True
    """

    sense: Sense
    value: float

    def holds(self, figure: float) -> bool:
        """Whether a figure lies where it should."""
        return _HOLDS[self.sense](figure, self.value)

    @property
    def is_floor(self) -> bool:
        """Whether more is better."""
        return self.sense in (Sense.AT_LEAST, Sense.ABOVE)


class Promise(_Frozen):
    """One figure, and how it is measured.

    Attributes
    ----------
    name : str
        As on the command line, words joined by hyphens.
    words : str
        What the plan of work says, in English.
    unit : Unit
    bound : Bound or None
        None: nothing is promised, for the reason `not_promised`.
    phase : Phase
    how : str
        How it is measured, in one sentence.
    source : Source
        Who set the bound.
    not_promised : str
        Why there is no bound; empty where there is one.

    Raises
    ------
    pydantic.ValidationError
        If it has both a bound and a reason for having none, or neither.
    """

    name: str
    words: str
    unit: Unit
    bound: Bound | None = None
    phase: Phase
    how: str
    source: Source = Source.PLAN
    not_promised: str = ""

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.bound is None) != bool(self.not_promised):
            raise ValueError(f"{self.name}: must have a bound, or a reason for having none")
        return self
