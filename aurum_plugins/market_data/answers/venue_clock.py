"""A clock that drifts apart from the exchange's is made up for, not suffered.

An exchange refuses signed requests whose time lies ahead of its own by a second, or behind it by
more than the window that the request names. ccxt measures the difference once at most, when it
loads the markets; freqtrade tries again with the same clock, and so every order and every balance
fails until somebody mends the clock. The refusal says for certain that nothing was done, so the
same request may be signed anew.

References
----------
Binance spot API, "Timing security": a request is refused with -1021 before it is processed.
"""

from __future__ import annotations

import functools
import logging
from typing import Any

import ccxt

logger = logging.getLogger(__name__)

# Exchanges whose signed requests carry a time, which ccxt corrects by `timeDifference`.
TIMED = frozenset({"binance"})


def follow_venue_clock(api: Any) -> None:
    """Let a ccxt exchange measure its clock, and sign once more, where a time was refused.

    Parameters
    ----------
    api : ccxt.Exchange
        A synchronous one; its `fetch2` is replaced. Exchanges outside `TIMED` are left alone.
    """
    if api.id not in TIMED:
        return
    fetch2 = api.fetch2

    @functools.wraps(fetch2)
    def fetch_in_time(*args: Any, **kwargs: Any) -> Any:
        try:
            return fetch2(*args, **kwargs)
        except ccxt.InvalidNonce as error:
            # An error here is raised in its place: nothing was done either way.
            ahead_ms = api.load_time_difference()
            logger.warning(
                "%s refused a request for its time (%s). Its clock is %d ms behind ours, "
                "which is made up for from now on; our own clock should be kept by NTP.",
                api.id,
                error,
                ahead_ms,
            )
            return fetch2(*args, **kwargs)

    api.fetch2 = fetch_in_time
