"""HTTP statuses of a source in our words.

As checked in the sources of prawcore 4.0 (`sessions.py`) and tweepy 4.17 (`client.py`): Reddit and
X answer 401 and 403 to credentials, 429 to too many requests, 404 to what is not there, 5xx when
they are down. Reddit says in `x-ratelimit-reset` how many seconds are left of its window, X in
`x-rate-limit-reset` at which second since 1970 it ends (`TooManyRequests.reset_time`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.market_data.resilience.venue_errors import (
    VenueError,
    VenueFailing,
    VenueLimiting,
    VenueRefuses,
    VenueUnreachable,
)
from aurum_plugins.market_data.venues.answer_heads import retry_after
from aurum_plugins.sentiment.sources.credentials_refused import CredentialsRefused

FIRST_REFUSING_STATUS: Final = 400
FIRST_FAILING_STATUS: Final = 500
UNAVAILABLE: Final = 503
# Whatever a source says: it is asked again after so long.
LONGEST_PAUSE_S: Final = 3_600.0
OF_STATUS: Final[Mapping[int, type[VenueError]]] = {
    401: CredentialsRefused,
    403: CredentialsRefused,
    408: VenueUnreachable,
    429: VenueLimiting,
}


def status_error(
    source: str, request: str, status: int, headers: Mapping[str, str], now_ms: int
) -> VenueError | None:
    """Say what an answer's status means.

    Parameters
    ----------
    source : str
        Its name.
    request : str
        What was asked, in our words: "feed".
    status : int
        HTTP status.
    headers : mapping of str to str
        Of the answer; its keys may be in any case.
    now_ms : int
        UTC milliseconds, for those headers that name a time.

    Returns
    -------
    VenueError or None
        None below 400. A 503 that says when to come back is a `VenueLimiting`, so that this is
        obeyed.
    """
    if status < FIRST_REFUSING_STATUS:
        return None
    retry_after_s = _retry_after_s(headers, now_ms)
    return _kind(status, retry_after_s)(source, request, f"HTTP status {status}", retry_after_s)


def _kind(status: int, retry_after_s: float | None) -> type[VenueError]:
    if status == UNAVAILABLE and retry_after_s is not None:
        return VenueLimiting
    if status >= FIRST_FAILING_STATUS:
        return VenueFailing
    return OF_STATUS.get(status, VenueRefuses)


def _retry_after_s(headers: Mapping[str, str], now_ms: int) -> float | None:
    told = {name.lower(): value for name, value in headers.items()}
    seconds = retry_after(told, now_ms)
    if seconds is None:
        seconds = _number(told.get("x-ratelimit-reset"))
    if seconds is None:
        ends_s = _number(told.get("x-rate-limit-reset"))
        seconds = None if ends_s is None else ends_s - now_ms / SECOND_MS
    return None if seconds is None else min(max(0.0, seconds), LONGEST_PAUSE_S)


def _number(told: str | None) -> float | None:
    try:
        number = math.nan if told is None else float(told)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
