"""How one promise is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aurum_plugins.validation.evidence import Evidence
from aurum_plugins.validation.gathered import Gathered
from aurum_plugins.validation.promise import Promise
from aurum_plugins.validation.reading import Reading

T = TypeVar("T")


@dataclass(frozen=True)
class Measure(Generic[T]):
    """A promise, where its evidence is, and how that is read.

    Attributes
    ----------
    promise : Promise
    evidence : callable
        Picks it from all that is gathered.
    read : callable
        A pure function of the evidence. It raises `NotMeasured` where that does not tell, and
        `LeftOut` where it cannot in such a run.
    """

    promise: Promise
    evidence: Callable[[Gathered], Evidence[T]]
    read: Callable[[T], Reading]

    def __call__(self, gathered: Gathered) -> Reading:
        """Measure.

        Raises
        ------
        Exception
            Whatever went wrong with the evidence.
        """
        return self.read(self.evidence(gathered)())


AnyMeasure = Measure[Any]
