"""Candles out of freqtrade's feather files, checked before anybody trades on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aurum_plugins.candle_file import COLUMNS, MEND, read_candle_file
from aurum_plugins.errors import DataError
from aurum_plugins.sandbox.market.tape import Candles, FloatArray, IntArray

# What must hold, and what to say where it does not, in the order of asking.
_RULES: tuple[tuple[str, Callable[[Candles], NDArray[np.bool_]]], ...] = (
    ("dates must rise without duplicates", lambda c: c.open_ms > np.append(-1, c.open_ms[:-1])),
    (
        "prices must be finite and above 0",
        lambda c: _positive(c.open) & _positive(c.high) & _positive(c.low) & _positive(c.close),
    ),
    (
        "the high must not be below, nor the low above, any other price of its candle",
        lambda c: (c.low <= np.minimum(c.open, c.close)) & (c.high >= np.maximum(c.open, c.close)),
    ),
    ("volume must be finite and 0 or more", lambda c: (c.volume >= 0) & np.isfinite(c.volume)),
)


def read_candles(path: Path, interval_ms: int) -> Candles:
    """Read and check one file.

    Missing candles and candles without volume are kept as they are: outages are real.

    Parameters
    ----------
    path : pathlib.Path
        A file of `freqtrade download-data --data-format-ohlcv feather`.
    interval_ms : int
        Length of a candle, milliseconds.

    Returns
    -------
    Candles
        Open times in UTC milliseconds.

    Raises
    ------
    DataError
        If the file cannot be read, lacks a column, is empty, or has a candle that cannot be true:
        dates that do not rise or are off the interval's grid, prices that are not finite and above
        0, a high below another price, negative volume.
    """
    frame = read_candle_file(path)
    wrong = [name for name in COLUMNS[1:] if not pd.api.types.is_numeric_dtype(frame[name])]
    if not pd.api.types.is_datetime64_any_dtype(frame["date"]):
        wrong.insert(0, "date")
    if wrong:
        raise DataError(path, f"has the wrong type in the column {', '.join(wrong)}; {MEND}")
    candles = Candles(
        _utc_milliseconds(frame["date"]),
        *(frame[name].to_numpy(np.float64) for name in COLUMNS[1:]),
    )
    for rule, holds in _RULES:
        broken = np.flatnonzero(~holds(candles))
        if len(broken):
            raise DataError(path, f"{rule}, but row {broken[0]} breaks this; {MEND}")
    off_grid = np.flatnonzero((candles.open_ms - candles.open_ms[0]) % interval_ms)
    if len(off_grid):
        raise DataError(
            path,
            f"dates must lie whole intervals of {interval_ms} ms apart, "
            f"but row {off_grid[0]} does not; {MEND}",
        )
    return candles


def _positive(prices: FloatArray) -> NDArray[np.bool_]:
    return (prices > 0) & np.isfinite(prices)


def _utc_milliseconds(dates: pd.Series) -> IntArray:
    index = pd.DatetimeIndex(dates)
    if index.tz is not None:
        index = index.tz_convert("UTC").tz_localize(None)
    # A missing date becomes the smallest integer, which the first rule refuses wherever it stands.
    return np.asarray(index.as_unit("ms").asi8, np.int64)
