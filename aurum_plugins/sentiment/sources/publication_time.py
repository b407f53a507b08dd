"""When a source says that something was published."""

from __future__ import annotations

from aurum_plugins.clock import SECOND_MS


def publication_time(seconds: object, now_ms: int) -> int | None:
    """Take a source's word for it, if it can be true.

    Parameters
    ----------
    seconds : object
        Seconds since 1970 UTC, as the source has it.
    now_ms : int
        UTC milliseconds.

    Returns
    -------
    int or None
        UTC milliseconds; None for what is no number, before 1970 or in the future.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    # Whole numbers of any length can be compared, and NaN is within no bounds.
    return round(seconds * SECOND_MS) if 0 < seconds <= now_ms / SECOND_MS else None
