"""Forecasts that another bot sent, laid beside this bot's own candles.

Nothing that was sent is believed: the sender may be old, wrongly configured or on another market.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from aurum_plugins.signals.outlook import READINESS, READY, RETURN, VOLATILITY

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

PROBABILITY: Final = f"{RETURN}_up"
CONFIDENCE: Final = f"{RETURN}_confidence"
LABEL: Final = "&"
# FreqAI's other columns of a forecast.
OTHERS: Final = ("do_predict", "DI_values")
# The same pair costs nearly the same on every exchange; a simulated market is far off.
LARGEST_PRICE_GAP: Final = 0.01
# Of a logarithm: the forecast is of a volatility some hundred million times the usual one.
LARGEST_LOG_RATIO: Final = 20.0


@dataclass(frozen=True, eq=False)
class SentForecasts:
    """What was sent of n candles.

    Attributes
    ----------
    columns : mapping of str to ndarray of shape (n,)
        FreqAI's columns; NaN where there is no forecast that can be believed.
    arrived : ndarray of bool, shape (n,)
        Whether something was sent of the candle.
    usable : ndarray of bool, shape (n,)
        Whether that is a forecast, be it one that says of itself that it is not ready.
    lag_candles : ndarray of shape (n,)
        How many candles older the newest is that had been sent by then; NaN if none had.
    fault : str
        What is wrong with all that was sent; empty if nothing is.
    """

    columns: Mapping[str, FloatArray]
    arrived: BoolArray
    usable: BoolArray
    lag_candles: FloatArray
    fault: str = ""


def sent_forecasts(sent: pd.DataFrame, candles: pd.DataFrame, candle_ms: int) -> SentForecasts:
    """Find the forecast of each of our candles, by date and never by place.

    A forecast is believed if its readiness is a number, its close is within 1 % of ours, and, where
    it calls itself ready, its probabilities are between 0 and 1 and its volatility is possible.

    Parameters
    ----------
    sent : pandas.DataFrame
        A producer's analysed candles, from outside: anything may be in it.
    candles : pandas.DataFrame of shape (n, >= 2)
        Our own, with `date`, the UTC time of each candle's open, and `close` (quote currency).
    candle_ms : int
        Length of a candle in milliseconds.

    Returns
    -------
    SentForecasts
        `&-forward_return_up` and `&-readiness` are always among its columns.
    """
    fault = _fault(sent, candle_ms)
    if fault or sent.empty:
        return _nothing(len(candles), fault)
    theirs, ours = _opens_ms(sent["date"]), _opens_ms(candles["date"])
    last = np.searchsorted(theirs, ours, side="right") - 1
    place, known = np.maximum(last, 0), last >= 0
    lag = np.where(known, (ours - theirs[place]) / candle_ms, np.nan)
    arrived = known & (theirs[place] == ours)
    columns = {
        name: np.where(arrived, _numbers(sent[name])[place], np.nan)
        for name in sent.columns
        if isinstance(name, str) and (name.startswith(LABEL) or name in OTHERS)
    }
    usable = arrived & _is_sound(columns) & _is_near(sent["close"], place, candles["close"])
    believed = {name: np.where(usable, column, np.nan) for name, column in columns.items()}
    return SentForecasts(believed, arrived, usable, lag)


def _fault(sent: pd.DataFrame, candle_ms: int) -> str:
    """What keeps every row from being read."""
    if sent.empty:
        return ""
    if not sent.columns.is_unique:
        return "it names a column twice"
    for name in ("date", "close", PROBABILITY, READINESS):
        if name not in sent.columns:
            return f"it has no column {name!r}"
    if not isinstance(sent["date"].dtype, pd.DatetimeTZDtype):
        return "its dates are no UTC times"
    # A missing date is the smallest number.
    if sent["date"].isna().any() or (np.diff(_opens_ms(sent["date"])) < candle_ms).any():
        return "its candles are out of order, or of another timeframe"
    return ""


def _nothing(rows: int, fault: str) -> SentForecasts:
    unknown, never = np.full(rows, np.nan), np.zeros(rows, np.bool_)
    return SentForecasts({PROBABILITY: unknown, READINESS: unknown}, never, never, unknown, fault)


def _is_sound(columns: Mapping[str, FloatArray]) -> BoolArray:
    readiness, up = columns[READINESS], columns[PROBABILITY]
    sound = (up >= 0) & (up <= 1)
    if CONFIDENCE in columns:
        sound &= (columns[CONFIDENCE] >= 0) & (columns[CONFIDENCE] <= 1)
    if VOLATILITY in columns:
        sound &= np.abs(columns[VOLATILITY]) <= LARGEST_LOG_RATIO
    of_readiness: BoolArray = np.isfinite(readiness) & (sound | (readiness != READY))
    return of_readiness


def _is_near(sent: pd.Series[Any], place: IntArray, own: pd.Series[float]) -> BoolArray:
    """Whether the closes are of one market."""
    theirs, ours = _numbers(sent)[place], own.to_numpy(np.float64)
    near: BoolArray = np.abs(theirs - ours) <= LARGEST_PRICE_GAP * ours
    return near


def _numbers(values: pd.Series[Any]) -> FloatArray:
    """Numbers as they are, everything else as NaN."""
    try:
        numbers = pd.to_numeric(values, errors="coerce")
    except (TypeError, ValueError, OverflowError):
        # Lists, for example, or an integer of a thousand digits.
        return np.full(len(values), np.nan)
    found: FloatArray = numbers.to_numpy(np.float64, na_value=np.nan)
    return found


def _opens_ms(dates: pd.Series[pd.Timestamp]) -> IntArray:
    opens: IntArray = pd.DatetimeIndex(dates).as_unit("ms").asi8
    return opens
