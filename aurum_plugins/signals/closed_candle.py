"""The newest candle that was complete at a given moment."""

from __future__ import annotations

import pandas as pd


def last_closed_candle(
    candles: pd.DataFrame, at: pd.Timestamp, candle_ms: int, *, longest_age_ms: int | None = None
) -> pd.Series[float] | None:
    """Row of the last candle that had closed at the time `at`.

    Parameters
    ----------
    candles : pandas.DataFrame of shape (n, m)
        With `date`, the UTC time of each candle's open, ascending.
    at : pandas.Timestamp
        The moment asked about, with a time zone.
    candle_ms : int
        Length of a candle in milliseconds.
    longest_age_ms : int or None
        A candle that closed longer before `at`, in milliseconds, is stale; None = any age will do.

    Returns
    -------
    pandas.Series of shape (m,) or None
        None when no candle had closed by then, when the last one is stale, or when there is none.
    """
    if candles.empty:
        return None
    last_open = at - pd.Timedelta(milliseconds=candle_ms)
    closed = int(candles["date"].searchsorted(last_open, side="right"))
    if not closed:
        return None
    candle = candles.iloc[closed - 1]
    if longest_age_ms is not None and last_open - candle["date"] > pd.Timedelta(
        milliseconds=longest_age_ms
    ):
        return None
    return candle
