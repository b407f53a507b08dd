"""The stop that the news have drawn, as it is kept with a position."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DrawnStop:
    """Where a stop was drawn to, and for which shock.

    Attributes
    ----------
    shock_ms : int
        UTC milliseconds at which that shock began: for it, or one that began before, the stop is
        not drawn again.
    price : float
        Quote currency.
    """

    shock_ms: int
    price: float


class KeptStop(Protocol):
    """Keeps the stop of one position, also over restarts."""

    def load(self) -> DrawnStop | None:
        """The stop as last saved; None if there was none."""
        ...

    def save(self, drawn: DrawnStop) -> None:
        """Keep a stop in place of the one before."""
        ...
