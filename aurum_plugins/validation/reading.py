"""What a measure found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from aurum_plugins.validation.errors import NotMeasured
from aurum_plugins.validation.wilson import wilson


@dataclass(frozen=True)
class Reading:
    """A figure, before it is held against its promise.

    Attributes
    ----------
    value : float or None
        In the promise's unit; None where nothing is promised and there is nothing to show.
    samples : int
        How many of `noun` it stands on.
    noun : str
        For example "decisions".
    compared : str
        The base rate, or whatever the figure must be seen beside; empty if there is none.
    low, high : float or None
        Ends of a 95 % interval.
    note : str
        What else has to be known; a sentence without its full stop.
    """

    value: float | None
    samples: int = 0
    noun: str = ""
    compared: str = ""
    low: float | None = None
    high: float | None = None
    note: str = ""

    @classmethod
    def of_share(
        cls, part: int, whole: int, noun: str, *, compared: str = "", note: str = ""
    ) -> Self:
        """A share that was counted, with its Wilson interval.

        Raises
        ------
        NotMeasured
            If there was nothing to count.
        """
        if whole < 1:
            raise NotMeasured(f"there were no {noun}")
        low, high = wilson(part, whole)
        return cls(part / whole, whole, noun, compared, low, high, note)
