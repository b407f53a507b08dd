"""How old what a venue said may be, and how long what follows from it holds."""

from __future__ import annotations

import math
from collections.abc import Iterable

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.market_data.venue_settings import VenueSettings

# A quote may carry the venue's own time, and its clock may be ahead of ours by this much.
AHEAD_MS = 2 * SECOND_MS
# What was known of a coin before settles for so long which of two that differ is believed. It is no
# rate any more by then: a venue that says so now gives it.
REMEMBERED_MS = 120 * SECOND_MS


def is_fresh(at_ms: int, now_ms: int, settings: VenueSettings) -> bool:
    """Whether a quote of `at_ms` counts at `now_ms`: neither too old nor of the future."""
    age_ms = now_ms - at_ms
    return -AHEAD_MS <= age_ms <= settings.longest_quote_age_seconds * SECOND_MS


def is_remembered(at_ms: int, now_ms: int) -> bool:
    """Whether what was known at `at_ms` still tells a lie from the truth at `now_ms`."""
    return -AHEAD_MS <= now_ms - at_ms <= REMEMBERED_MS


def freshness(at_ms: int, now_ms: int, settings: VenueSettings) -> float:
    """Give 1 for a quote of this moment (or later), 0 for one as old as is allowed."""
    age = (now_ms - at_ms) / (settings.longest_quote_age_seconds * SECOND_MS)
    return min(max(1.0 - age, 0.0), 1.0)


def same_fresh_span(
    times_ms: Iterable[int], now_ms: int, settings: VenueSettings
) -> tuple[float, float]:
    """First and last moment around `now_ms` at which the same quotes are fresh as at `now_ms`.

    Parameters
    ----------
    times_ms : iterable of int
        When each quote held, UTC milliseconds.
    now_ms : int
        UTC milliseconds.
    settings : VenueSettings

    Returns
    -------
    tuple of float
        UTC milliseconds, both inclusive; infinite where no quote sets a bound.
    """
    return _same_span(times_ms, now_ms, settings.longest_quote_age_seconds * SECOND_MS)


def same_remembered_span(times_ms: Iterable[int], now_ms: int) -> tuple[float, float]:
    """The same of `is_remembered`."""
    return _same_span(times_ms, now_ms, REMEMBERED_MS)


def _same_span(times_ms: Iterable[int], now_ms: int, longest_ms: float) -> tuple[float, float]:
    first, last = -math.inf, math.inf
    for at_ms in times_ms:
        begin, end = at_ms - AHEAD_MS, at_ms + longest_ms
        if now_ms < begin:
            last = min(last, begin - 1)
        elif now_ms > end:
            first = max(first, end + 1)
        else:
            first, last = max(first, begin), min(last, end)
    return first, last
