"""When a position is given up: at a price, or at an age."""

from __future__ import annotations

import math

from aurum_plugins.signals import atr_stop_price


def stop_price(
    open_rate: float, average_range: float, multiple: float, *, outer_share: float
) -> float | None:
    """Price at which a long position opened at `open_rate` is given up.

    Parameters
    ----------
    open_rate : float
        Entry price, quote currency.
    average_range : float
        Average true range when the position was opened, quote currency.
    multiple : float
        Ranges between entry and stop.
    outer_share : float in (0, 1]
        The stop is never further below the entry than this share of it.

    Returns
    -------
    float or None
        Quote currency. None when it is not known, or would not be below the entry.
    """
    known = all(math.isfinite(x) and x > 0 for x in (multiple, outer_share))
    if not known or outer_share > 1:
        return None
    inner = atr_stop_price(open_rate, average_range, multiple)
    if inner is None:
        return None
    stop = max(inner, open_rate * (1 - outer_share))
    # A range of less than the last digit of the price is no distance at all.
    return stop if stop < open_rate else None


def leaves_for_age(opened_ms: int, now_ms: int, interval_ms: int, longest: int | None) -> bool:
    """Whether a position is as old as it may become.

    Parameters
    ----------
    opened_ms, now_ms : int
        UTC milliseconds.
    interval_ms : int
        Length of a candle in milliseconds.
    longest : int or None
        In candles; None = any age will do.
    """
    return longest is not None and now_ms - opened_ms >= longest * interval_ms
