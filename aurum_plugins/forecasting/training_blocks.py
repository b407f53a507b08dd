"""The three stretches of a training window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, IntArray
from aurum_plugins.forecasting.errors import TooLittleData
from aurum_plugins.forecasting.pair_clock import in_order_of_time, moments
from aurum_plugins.forecasting.settings import EnsembleSettings
from aurum_plugins.forecasting.validation.time_blocks import time_blocks

# Labels that do not overlap, without which calibration says nothing.
LEAST_OUTCOMES = 5


@dataclass(frozen=True, eq=False)
class TrainingBlocks:
    """Positions of rows, rising; no label of one block is known in the next, whosever it is.

    Attributes
    ----------
    fitted : ndarray of int
        What members and weights are learnt from.
    calibration : ndarray of int
        What probabilities and intervals are learnt from.
    judgement : ndarray of int
        What neither saw.
    """

    fitted: IntArray
    calibration: IntArray
    judgement: IntArray

    @classmethod
    def of(cls, candles: IntArray, horizon: int, settings: EnsembleSettings) -> Self:
        """Cut rows into blocks.

        Parameters
        ----------
        candles : ndarray of int, shape (n,)
            Rising; those of several pairs are numbered as `pair_clock` says.
        horizon : int
            Candles until a label is known.
        settings : EnsembleSettings

        Raises
        ------
        aurum_plugins.forecasting.errors.TooLittleData
            For fewer than `least_rows`, or a block that is shorter than a few horizons.
        """
        order = in_order_of_time(candles)
        begins = moments(candles)[order]
        rows = len(np.unique(begins))
        if rows < settings.least_rows:
            raise TooLittleData("training window", rows, settings.least_rows)
        held_out = settings.calibration_share, settings.judgement_share
        shares = (1.0 - sum(held_out), *held_out)
        blocks = time_blocks(begins, begins + horizon, shares, settings.embargo_candles)
        for name, block in zip(("fitting", "calibration", "judgement"), blocks):
            span = int(begins[block[-1]] - begins[block[0]]) + 1 if len(block) else 0
            if span < LEAST_OUTCOMES * horizon:
                raise TooLittleData(f"{name} block", span, LEAST_OUTCOMES * horizon)
        return cls(*(np.sort(order[block]) for block in blocks))

    @property
    def held_out(self) -> IntArray:
        """Calibration and judgement rows, rising."""
        return np.sort(np.concatenate([self.calibration, self.judgement]))

    def among(self, kept: BoolArray) -> TrainingBlocks:
        """The same blocks where only some of the rows, a mask of shape (n,), are kept."""
        places = np.cumsum(kept) - 1
        blocks = (self.fitted, self.calibration, self.judgement)
        return TrainingBlocks(*(places[block[kept[block]]] for block in blocks))
