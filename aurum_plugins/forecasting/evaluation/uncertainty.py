"""The intervals of all figures of one target, from the same resamples of time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Self

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.errors import TooLittleData
from aurum_plugins.forecasting.evaluation.block_length import block_length
from aurum_plugins.forecasting.evaluation.bootstrap import LEVEL, Interval, TimeBootstrap
from aurum_plugins.forecasting.evaluation.ranked_outcomes import RankedOutcomes
from aurum_plugins.forecasting.evaluation.report import Estimate, known


class Uncertainty:
    """Puts intervals around figures of rows.

    Where the rows cover too little time to resample, figures have no intervals.

    Parameters
    ----------
    candles : ndarray of int, shape (n,)
        Candle of each row.
    block_candles : int
        Mean length of a block.
    level : float
        Share of the resamples that an interval holds.
    seed : int
    """

    def __init__(
        self, candles: IntArray, block_candles: int, *, level: float = LEVEL, seed: int = 0
    ) -> None:
        self._bootstrap: TimeBootstrap | None
        try:
            self._bootstrap = TimeBootstrap(candles, block_candles, level=level, seed=seed)
        except TooLittleData:
            self._bootstrap = None

    @classmethod
    def of(
        cls,
        candles: IntArray,
        horizon: int,
        *losses: FloatArray,
        level: float = LEVEL,
        seed: int = 0,
    ) -> Self:
        """With blocks as long as the longest that any of the losses asks for.

        Parameters
        ----------
        candles : ndarray of int, shape (n,)
        horizon : int
            Candles until a label is known.
        *losses : ndarray of shape (n,)
            What figures are means of, as hits or squared errors; at least one.
        level, seed
            As above.
        """
        lengths = (block_length(loss, candles, horizon) for loss in losses)
        return cls(candles, max(lengths), level=level, seed=seed)

    def of_sums(
        self, statistic: Callable[..., FloatArray], *columns: FloatArray | BoolArray
    ) -> Estimate:
        """A figure of sums over rows, as of `TimeBootstrap.interval_of_sums`."""
        numbers = [column.astype(float) for column in columns]
        if self._bootstrap is None:
            sums = [column.sum(keepdims=True) for column in numbers]
            return Estimate(value=known(float(statistic(*sums)[0])))
        return _estimate(self._bootstrap.interval_of_sums(statistic, *numbers))

    def of_share(self, part: BoolArray | FloatArray, whole: BoolArray | FloatArray) -> Estimate:
        """Sum of one column over that of another; None where the latter is 0."""
        if not whole.any():
            return Estimate(value=None)
        return self.of_sums(lambda some, all_: some / all_, part, whole)

    def of_skill(self, losses: FloatArray, reference: FloatArray) -> Estimate:
        """``1 - losses / reference`` of their sums; None where there are no reference losses."""
        if not reference.any():
            return Estimate(value=None)
        return self.of_sums(lambda own, other: 1.0 - own / other, losses, reference)

    def of_auc(self, probability: FloatArray, above: BoolArray) -> Estimate:
        """Area under the curve."""
        return self.of_weights(RankedOutcomes.of(probability, above).auc, len(above))

    def of_weights(self, statistic: Callable[[FloatArray], float], rows: int) -> Estimate:
        """A figure of weighted rows, as of `TimeBootstrap.interval_of_weights`."""
        if self._bootstrap is None:
            return Estimate(value=known(statistic(np.ones(rows))))
        return _estimate(self._bootstrap.interval_of_weights(statistic))


def _estimate(interval: Interval) -> Estimate:
    low, high = known(interval.lower), known(interval.upper)
    if math.isnan(interval.estimate):
        low = high = None
    return Estimate(value=known(interval.estimate), low=low, high=high)
