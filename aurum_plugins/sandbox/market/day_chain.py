"""Random processes with one state a day."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

EPOCH_DAY = 18_262
"""2020-01-01, the first day of every chain, in days since 1970-01-01."""

BLOCK_DAYS = 256

Day = TypeVar("Day")


class DayChain(ABC, Generic[Day]):
    """A Markov chain over UTC days whose states depend on the seed and the date alone.

    States are made in blocks from the epoch on, and kept: about 100 bytes a day.

    Parameters
    ----------
    start : Day
        State of the day before the epoch.
    """

    def __init__(self, start: Day) -> None:
        self._start = start
        self._blocks: dict[int, list[Day]] = {}

    def day(self, number: int) -> Day:
        """State of one day.

        Parameters
        ----------
        number : int
            Days since 1970-01-01, UTC; `EPOCH_DAY` or later.

        Raises
        ------
        ValueError
            If the day lies before the epoch.
        """
        if number < EPOCH_DAY:
            raise ValueError(f"number must be {EPOCH_DAY} (2020-01-01) or later, got {number}")
        block, offset = divmod(number - EPOCH_DAY, BLOCK_DAYS)
        # Two threads may make a block twice: the results are equal, so either may stay.
        for index in range(len(self._blocks), block + 1):
            previous = self._blocks[index - 1][-1] if index else self._start
            self._blocks[index] = self._make(index, previous)
        return self._blocks[block][offset]

    @abstractmethod
    def _make(self, block: int, previous: Day) -> list[Day]:
        """The `BLOCK_DAYS` states of a block, given the last state before it."""
