"""From candles as they were received to candles on a grid, with the outages marked.

Rows are mended or dropped by these rules, and counted by kind:

============  =====================================================================================
`undated`     the date is missing, or not between 1970 and 2262: dropped
`off_grid`    the date is no open of the interval: dropped
`unsorted`    received after a candle with a later open: sorted
`duplicate`   another candle with the same open was received later and counts, being the exchange's
              correction: dropped
`bounds`      the high is below, or the low above, the open or the close by a millionth at most:
              widened. By more: the candle is invalid
============  =====================================================================================

Nothing is ever filled in: an interval without a candle is `MISSING`, and `candle_statuses` says
which of the received ones can be believed.

What is said of a candle depends on it and on those before it. Only a later correction of the same
candle changes that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from aurum_plugins.clock import DAY_MS, SECOND_MS
from aurum_plugins.errors import AurumError
from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.features.candles import Candles, CandleStatus, IntArray
from aurum_plugins.preprocessing.candle_grid import NO_DATE, place_on_grid
from aurum_plugins.preprocessing.candle_settings import CandleSettings
from aurum_plugins.preprocessing.candle_statuses import candle_statuses

DATE, PRICES, VOLUME = "date", ("open", "high", "low", "close"), "volume"
LONGEST_INTERVAL_MS = 7 * DAY_MS
LATEST_MS = pd.Timestamp.max.value // 1_000_000  # of what pandas can count in nanoseconds
MENDABLE = 1.0 + 1e-6
TICKS_PER_MS = {"s": 1, "ms": 1, "us": 1_000, "ns": 1_000_000}  # seconds are scaled first
NO_ROWS = pd.DataFrame(
    {DATE: np.empty(0, "datetime64[ms]"), **dict.fromkeys((*PRICES, VOLUME), np.empty(0))}
)


class CandleError(AurumError, ValueError):
    """A frame holds no candles that could be repaired.

    Attributes
    ----------
    subject : str
        The column, the pair, or "interval_ms".
    rule : str
        What it must satisfy.
    value : object
        What was received.
    """

    def __init__(self, subject: str, rule: str, value: object) -> None:
        self.subject = subject
        self.rule = rule
        self.value = value
        super().__init__(f"{subject}: {rule} (got {value})")


@dataclass(frozen=True, eq=False)
class RepairedCandles:
    """Candles on their grid, and what it took.

    Attributes
    ----------
    candles : Candles
        From the first to the last open time that was received, n intervals.
    rows : ndarray of int64, shape (n_input,)
        For each input row its place in `candles`; -1 for a row that was dropped.
    repairs : mapping of str to int
        Input rows by kind of repair; every kind is named.
    """

    candles: Candles
    rows: IntArray
    repairs: Mapping[str, int]


def repair_candles(
    frame: pd.DataFrame, interval_ms: int, settings: CandleSettings
) -> RepairedCandles:
    """Put received candles on their grid and judge them.

    Parameters
    ----------
    frame : pandas.DataFrame of shape (n_input, >= 6)
        With `date`, the candle's open as datetime64 of any unit (UTC where it has no time zone),
        and `open`, `high`, `low`, `close` (quote currency) and `volume` (base currency) as numbers;
        other columns are ignored. Not changed. Without rows it may lack columns too.
    interval_ms : int
        Length of a candle in milliseconds, at most a week: months have no grid.
    settings : CandleSettings

    Returns
    -------
    RepairedCandles

    Raises
    ------
    CandleError
        If a column is missing, doubled or of the wrong type, if the interval is out of range, or if
        the dates span more than `settings.longest_grid` intervals.
    """
    if not 0 < interval_ms <= LONGEST_INTERVAL_MS:
        rule = f"must be from 1 to {LONGEST_INTERVAL_MS} milliseconds, a week"
        raise CandleError("interval_ms", rule, interval_ms)
    if not len(frame):
        frame = NO_ROWS
    _check_columns(frame)
    ticks, per_ms = _ticks(frame[DATE])
    received = [_numbers(frame[name]) for name in (*PRICES, VOLUME)]

    place = place_on_grid(ticks, interval_ms * per_ms, DAY_MS * per_ms)
    if place.intervals > settings.longest_grid:
        rule = f"must span at most {settings.longest_grid} intervals; look for a wrong date"
        raise CandleError(DATE, rule, place.intervals)
    if place.kept is not None:
        received = [values[place.kept] for values in received]
    open_, high, low, close, volume = received
    bounds = _widen(open_, high, low, close)
    status = candle_statuses(open_, high, low, close, volume, settings.largest_move)

    open_ms = place.first // per_ms + interval_ms * np.arange(place.intervals, dtype=np.int64)
    candles = Candles(interval_ms, open_ms, open_, high, low, close, volume, status)
    if place.kept is not None and len(place.kept) < place.intervals:
        candles = _spread(candles, place.rows[place.kept])
    return RepairedCandles(candles, place.rows, {**place.repairs, "bounds": bounds})


def _check_columns(frame: pd.DataFrame) -> None:
    names = frame.columns.tolist()
    for name in (DATE, *PRICES, VOLUME):
        found = names.count(name)
        if found != 1:
            raise CandleError(name, "must be a column, once", f"{found} of that name")


def _ticks(dates: pd.Series[Any]) -> tuple[IntArray, int]:
    """Opens since 1970 UTC, and how many of their ticks make a millisecond."""
    if dates.dtype == object and pd.api.types.infer_dtype(dates) in ("datetime", "datetime64"):
        # What pandas makes of dates whose time zones are two objects that both mean UTC, such as
        # those of a file and of the exchange: FreqAI puts the two together in a running bot.
        dates = pd.to_datetime(dates, utc=True)
    dtype = dates.dtype
    unit: str
    if isinstance(dtype, pd.DatetimeTZDtype):
        unit = dtype.unit
    elif isinstance(dtype, np.dtype) and dtype.kind == "M":
        unit = dates.dt.unit
    else:
        raise CandleError(DATE, "must be of type datetime64", dtype)
    ticks = np.asarray(dates, dtype=f"datetime64[{unit}]").view(np.int64)
    latest = LATEST_MS * TICKS_PER_MS[unit] if unit != "s" else LATEST_MS // SECOND_MS
    if len(ticks) and not 0 <= ticks.min() <= ticks.max() <= latest:
        ticks = np.where((ticks >= 0) & (ticks <= latest), ticks, NO_DATE)
    if unit == "s":
        ticks = np.where(ticks == NO_DATE, NO_DATE, ticks * SECOND_MS)
    return ticks, TICKS_PER_MS[unit]


def _numbers(column: pd.Series[Any]) -> FloatArray:
    """Copy of a column as float64, so that later changes of the frame leave the candles alone."""
    if column.dtype.kind not in "fiu":
        raise CandleError(str(column.name), "must be a column of numbers", column.dtype)
    with np.errstate(over="ignore"):
        return column.to_numpy(dtype=np.float64, copy=True)


def _widen(open_: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray) -> int:
    """Let high and low, in place, enclose an open and close that they miss by a rounding error."""
    top, bottom = np.maximum(open_, close), np.minimum(open_, close)
    short = (high < top) | (low > bottom)
    if not short.any():
        return 0
    with np.errstate(over="ignore"):
        raised = (high < top) & (top <= high * MENDABLE)
        lowered = (low > bottom) & (low <= bottom * MENDABLE)
    high[raised] = top[raised]
    low[lowered] = bottom[lowered]
    return int((raised | lowered).sum())


def _spread(candles: Candles, rows: IntArray) -> Candles:
    """Put candles at their places in the grid; what is between them is missing."""

    def spread(values: FloatArray) -> FloatArray:
        out = np.full(len(candles.open_ms), np.nan)
        out[rows] = values
        return out

    status = np.full(len(candles.open_ms), CandleStatus.MISSING, dtype=np.uint8)
    status[rows] = candles.status
    return Candles(
        interval_ms=candles.interval_ms,
        open_ms=candles.open_ms,
        open=spread(candles.open),
        high=spread(candles.high),
        low=spread(candles.low),
        close=spread(candles.close),
        volume=spread(candles.volume),
        status=status,
    )
