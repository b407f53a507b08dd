"""Means over stretches as long as the horizon.

The outcomes of neighbouring rows overlap: of two rows one candle apart, ``h - 1`` of the `h`
candles that decide are the same, so that 24 losses may say little more than one does. One loss an
horizon would be nearly independent of the next, but throws the others away. A mean over each
stretch of `h` candles uses them all, and what correlation remains between neighbouring stretches is
accounted for by `long_run_deviation`.

Stretches lie on a fixed grid (candle `c` belongs to stretch ``c // h``), so that a bot and a
backtest, which begin at different candles, cut the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.errors import BadRows


@dataclass(frozen=True, eq=False)
class Stretches:
    """Mean losses of stretches.

    Attributes
    ----------
    numbers : ndarray of int, shape (k,)
        Rising; a stretch with fewer losses than half of its candles is left out.
    means : ndarray of shape (k,)
    """

    numbers: IntArray
    means: FloatArray

    @classmethod
    def of(cls, losses: FloatArray, candles: IntArray, length: int) -> Self:
        """Cut losses into stretches.

        Parameters
        ----------
        losses : ndarray of shape (n,)
            NaN where unknown.
        candles : ndarray of int, shape (n,)
            Rising.
        length : int
            Candles in a stretch.

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows
        """
        if losses.shape != candles.shape or losses.ndim != 1:
            raise BadRows(
                f"losses and candles must be of one length, got {losses.shape} and {candles.shape}"
            )
        if (np.diff(candles) <= 0).any():
            raise BadRows("candles of losses must rise")
        known = losses > -np.inf
        losses, numbers = losses[known], candles[known] // length
        if not len(losses):
            return cls(numbers, losses)
        starts = np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 1))
        counts = np.diff(starts, append=len(losses))
        enough = 2 * counts >= length
        means = np.add.reduceat(losses, starts) / counts
        return cls(numbers[starts][enough], means[enough])
