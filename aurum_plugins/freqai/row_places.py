"""Where a frame's rows lie on the grid of its repaired candles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.features.candles import BoolArray, IntArray
from aurum_plugins.preprocessing import RepairedCandles


@dataclass(frozen=True, eq=False)
class RowPlaces:
    """Where the values of n rows are to be found, and which rows have none.

    Attributes
    ----------
    rows : ndarray of int64, shape (n,)
        Places on the grid of the repaired candles.
    known : ndarray of bool, shape (n,)
    """

    rows: IntArray
    known: BoolArray

    @classmethod
    def of(cls, repaired: RepairedCandles, until_ms: int | None = None) -> RowPlaces:
        """Rows of the frame that was repaired; `until_ms` is as of `FreqaiColumns.expand_all`."""
        candles, rows = repaired.candles, repaired.rows
        known = rows >= 0
        if until_ms is not None and len(candles):
            next_close_ms = int(candles.open_ms[-1]) + 2 * candles.interval_ms
            if next_close_ms <= until_ms:
                known &= rows != len(candles) - 1
        return cls(rows, known)

    def at(self, rows: IntArray) -> RowPlaces:
        """Some of the rows; -1 is a row without values."""
        if not len(self.rows):
            return RowPlaces(rows, np.zeros(len(rows), dtype=np.bool_))
        return RowPlaces(self.rows[rows], self.known[rows] & (rows >= 0))

    @property
    def first(self) -> int:
        """The earliest place of a known row; 0 if there is none."""
        return int(self.rows[self.known].min()) if self.known.any() else 0

    def less(self, first: int) -> RowPlaces:
        """The same rows on a grid that begins later."""
        return RowPlaces(self.rows - first, self.known & (self.rows >= first))

    def placed(self, values: FloatArray) -> FloatArray:
        """Values of the grid beside the rows; NaN where there is none, shape (n,)."""
        if not len(values):
            return np.full(len(self.rows), np.nan)
        # A row without a place may be off any grid that begins later.
        return np.where(self.known, values[np.where(self.known, self.rows, 0)], np.nan)
