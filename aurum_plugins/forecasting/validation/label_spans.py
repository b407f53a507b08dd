"""The stretches of time that labels cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, IntArray
from aurum_plugins.forecasting.errors import BadRows


@dataclass(frozen=True, eq=False)
class LabelSpans:
    """From when to when each row's label says something, both ends included.

    Attributes
    ----------
    begins : ndarray of int64, shape (n,)
        Candle of each row, never falling. Rows of several pairs may share one.
    ends : ndarray of int64, shape (n,)
        Candle at whose close the row's label is known, never before its begin.
    """

    begins: IntArray
    ends: IntArray

    @classmethod
    def of(cls, begins: Any, ends: Any) -> Self:
        """Check the two and hold them.

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows
            If they are not whole numbers in one dimension, differ in length, are not in order of
            begin, or if a label ends before it begins.
        """
        spans = cls(_whole("begins", begins), _whole("ends", ends))
        if len(spans.begins) != len(spans.ends):
            raise BadRows(
                f"begins and ends must have one length, got {len(spans.begins)} "
                f"and {len(spans.ends)}"
            )
        falls = np.flatnonzero(spans.begins[1:] < spans.begins[:-1])
        if len(falls):
            row = int(falls[0]) + 1
            raise BadRows(
                f"begins must not fall, but row {row} begins at {spans.begins[row]} "
                f"after {spans.begins[row - 1]}"
            )
        early = np.flatnonzero(spans.ends < spans.begins)
        if len(early):
            row = int(early[0])
            raise BadRows(
                f"a label must not end before it begins, but row {row} covers "
                f"{spans.begins[row]} to {spans.ends[row]}"
            )
        return spans

    def __len__(self) -> int:
        return len(self.begins)

    def candles(self) -> IntArray:
        """The distinct begins, rising."""
        return np.unique(self.begins)

    def rows_between(self, first: int, after: int) -> IntArray:
        """Rows that begin at `first` or later and before `after`."""
        start, stop = np.searchsorted(self.begins, [first, after])
        return np.arange(start, stop, dtype=np.int64)

    def overlaps(self, first: int, last: int) -> BoolArray:
        """Whether each label covers any of the candles from `first` to `last`."""
        crossing: BoolArray = (self.begins <= last) & (self.ends >= first)
        return crossing


def _whole(name: str, values: Any) -> IntArray:
    numbers = np.asarray(values)
    if numbers.ndim != 1 or (len(numbers) and numbers.dtype.kind not in "iu"):
        raise BadRows(
            f"{name} must be whole numbers in one dimension, got {numbers.dtype} "
            f"of shape {numbers.shape}"
        )
    return numbers.astype(np.int64)
