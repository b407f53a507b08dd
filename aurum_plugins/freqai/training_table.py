"""What FreqAI offers for a training, as the ensemble takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from aurum_plugins.forecasting.arrays import IntArray


@dataclass(frozen=True, eq=False)
class TrainingTable:
    """Rows of a training window, oldest first.

    Attributes
    ----------
    features : pandas.DataFrame of shape (n, d)
    labels : pandas.DataFrame of shape (n, k)
        NaN where not known.
    candles : ndarray of int, shape (n,)
        Opening time over the candle's length.
    candle_ms : int
    """

    features: pd.DataFrame
    labels: pd.DataFrame
    candles: IntArray
    candle_ms: int

    @classmethod
    def of(cls, frame: pd.DataFrame, dk: Any, candle_ms: int) -> Self:
        """Split FreqAI's frame, after its kitchen has found features and labels."""
        return cls(
            features=frame[dk.training_features_list],
            labels=frame[dk.label_list],
            candles=candle_numbers(frame["date"], candle_ms),
            candle_ms=candle_ms,
        )


def candle_numbers(dates: pd.Series[Any], candle_ms: int) -> IntArray:
    """Number of each candle: the time at which it opens over the candle's length."""
    # FreqAI's history has dates of dtype object in a running bot.
    times = pd.DatetimeIndex(pd.to_datetime(dates, utc=True)).as_unit("ms")
    numbers: IntArray = times.asi8.astype(np.int64) // candle_ms
    return numbers


def at_candles(frame: pd.DataFrame, candles: IntArray, candle_ms: int) -> pd.DataFrame:
    """The rows of these candles, in that order; NaN where there is none."""
    rows = frame.set_index(pd.Index(candle_numbers(frame["date"], candle_ms)))
    return rows.reindex(candles).reset_index(drop=True)
