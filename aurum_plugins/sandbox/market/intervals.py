"""Candle intervals as Binance names them, and the grids on which they open."""

from __future__ import annotations

import numpy as np

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.sandbox.market.tape import IntArray

INTERVAL_MS: dict[str, int] = {
    "1s": SECOND_MS,
    "1m": MINUTE_MS,
    "3m": 3 * MINUTE_MS,
    "5m": 5 * MINUTE_MS,
    "15m": 15 * MINUTE_MS,
    "30m": 30 * MINUTE_MS,
    "1h": HOUR_MS,
    "2h": 2 * HOUR_MS,
    "4h": 4 * HOUR_MS,
    "6h": 6 * HOUR_MS,
    "8h": 8 * HOUR_MS,
    "12h": 12 * HOUR_MS,
    "1d": DAY_MS,
    "3d": 3 * DAY_MS,
    "1w": 7 * DAY_MS,
    "1M": 31 * DAY_MS,
}
# The epoch was a Thursday and weeks open on Monday.
WEEK_OFFSET_MS = 4 * DAY_MS


class UnknownInterval(ValueError):
    """An interval that Binance does not have."""

    def __init__(self, interval: str) -> None:
        self.interval = interval
        super().__init__(f"interval must be one of {', '.join(INTERVAL_MS)}, got {interval!r}")


def open_of(interval: str, time_ms: IntArray) -> IntArray:
    """Open time of the candle that contains each instant.

    Parameters
    ----------
    interval : str
        One of `INTERVAL_MS`.
    time_ms : ndarray of int64
        UTC milliseconds.

    Returns
    -------
    ndarray of int64
        UTC milliseconds, same shape.

    Raises
    ------
    UnknownInterval
        If there is no such interval.
    """
    length = INTERVAL_MS.get(interval)
    if length is None:
        raise UnknownInterval(interval)
    if interval == "1M":
        months = time_ms.astype("datetime64[ms]").astype("datetime64[M]")
        return months.astype("datetime64[ms]").astype(np.int64)
    offset = WEEK_OFFSET_MS if interval == "1w" else 0
    return (time_ms - offset) // length * length + offset


def next_open(interval: str, open_ms: int) -> int:
    """Open time of the candle that follows the one that opens at `open_ms`."""
    if interval == "1M":
        month = np.datetime64(open_ms, "ms").astype("datetime64[M]") + np.timedelta64(1, "M")
        return int(month.astype("datetime64[ms]").astype(np.int64))
    return open_ms + INTERVAL_MS[interval]
