"""What venues agreed on at the candles of one pair, and since when that is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.features.candles import BoolArray, IntArray


@dataclass(frozen=True, eq=False)
class ConsensusMarks:
    """Marks of m candles, oldest first, each candle once.

    Attributes
    ----------
    candle_ms : ndarray of int64, shape (m,)
        UTC milliseconds of each candle's open.
    seen_ms : ndarray of int64, shape (m,)
        UTC milliseconds at which venues were asked: nobody knew a mark before.
    quality : ndarray of float64, shape (m,)
        Of the consensus, in [0, 1]; 0 where there was none.
    price : ndarray of float64, shape (m,)
        What venues agreed on, quote currency; NaN where they did not.
    """

    candle_ms: IntArray
    seen_ms: IntArray
    quality: FloatArray
    price: FloatArray

    @classmethod
    def of(cls, rows: Iterable[Sequence[Any]]) -> Self:
        """Take rows of `candle_ms`, `seen_ms`, `quality` and `price`, in order of the first.

        What is none, or no quality or price at all, becomes NaN.
        """
        # Milliseconds are exact in a double for another 285,000 years.
        table = np.array([tuple(row) for row in rows], dtype=np.float64).reshape(-1, 4)
        candle_ms, seen_ms = table[:, :2].astype(np.int64).T
        quality, price = table[:, 2:].T
        return cls(
            candle_ms,
            seen_ms,
            np.where((quality >= 0) & (quality <= 1), quality, np.nan),
            np.where((price > 0) & (price < np.inf), price, np.nan),
        )

    def at(self, candle_ms: IntArray, by_ms: IntArray) -> tuple[IntArray, BoolArray]:
        """Find the marks of candles, as far as they were known by a time.

        Parameters
        ----------
        candle_ms, by_ms : ndarray of int64, shape (n,)

        Returns
        -------
        places : ndarray of int64, shape (n,)
            Of the marks; 0 where there is none.
        known : ndarray of bool, shape (n,)
        """
        if not len(self.candle_ms):
            return np.zeros(len(candle_ms), dtype=np.int64), np.zeros(len(candle_ms), dtype=bool)
        places = np.searchsorted(self.candle_ms, candle_ms)
        places[places == len(self.candle_ms)] = 0
        known = (self.candle_ms[places] == candle_ms) & (self.seen_ms[places] <= by_ms)
        return places, known
