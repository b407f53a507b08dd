"""A forecast's columns as what a decision needs of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

RETURN = "&-forward_return"
VOLATILITY = "&-forward_volatility"
READINESS = "&-readiness"
READY = 1
# How far a forecast may move the volatility that sizes and costs are taken from.
SMALLEST_RATIO, LARGEST_RATIO = 0.5, 2.0


@dataclass(frozen=True, eq=False)
class Outlook:
    """What is forecast for n candles.

    Attributes
    ----------
    ready : ndarray of bool, shape (n,)
        Whether the candle's forecast may be acted on, and enough of those before it could.
    probability : ndarray of shape (n,)
        Mean of the last ready probabilities of a rise; NaN where there are too few.
    volatility_ratio : ndarray of shape (n,)
        Forecast volatility to the usual one, in [0.5, 2]; 1 where it is not forecast.
    figures : mapping of str to ndarray of shape (n,)
        The same and more, for the record.
    """

    ready: BoolArray
    probability: FloatArray
    volatility_ratio: FloatArray
    figures: Mapping[str, FloatArray]


def outlook(frame: pd.DataFrame, smoothing: int) -> Outlook | None:
    """Read an outlook from the columns that `aurum_plugins.freqai.forecast_columns` describes.

    Parameters
    ----------
    frame : pandas.DataFrame of shape (n, m)
        With FreqAI's columns.
    smoothing : int
        Forecasts in the mean, at least half of which must be ready.

    Returns
    -------
    Outlook or None
        None if the frame holds no probability of a rise: another model forecasts something else.
    """
    if f"{RETURN}_up" not in frame:
        return None
    readiness = _numbers(frame, READINESS)
    ready = readiness == READY
    known = pd.Series(np.where(ready, _numbers(frame, f"{RETURN}_up"), np.nan))
    least = (smoothing + 1) // 2
    probability: FloatArray = known.rolling(smoothing, min_periods=least).mean().to_numpy()
    ratio = np.ones(len(frame))
    if VOLATILITY in frame:
        forecast = np.where(ready, np.exp(_numbers(frame, VOLATILITY)), 1.0)
        ratio = np.clip(forecast, SMALLEST_RATIO, LARGEST_RATIO)
    figures = {
        "probability": probability,
        "confidence": np.where(ready, _numbers(frame, f"{RETURN}_confidence"), np.nan),
        "volatility_ratio": ratio,
        "readiness": readiness,
    }
    return Outlook(ready & np.isfinite(probability), probability, ratio, figures)


def _numbers(frame: pd.DataFrame, name: str) -> FloatArray:
    """A column of numbers; all NaN if it is missing."""
    if name not in frame:
        return np.full(len(frame), np.nan)
    numbers: FloatArray = frame[name].to_numpy(dtype=np.float64)
    return numbers
