"""How long ago something was, in words."""

from __future__ import annotations

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

# Twice a unit before it is used, so that no more than half of it is lost in rounding down.
_UNITS = {"d": DAY_MS, "h": HOUR_MS, "min": MINUTE_MS, "s": SECOND_MS}


def elapsed(since_ms: int, now_ms: int) -> str:
    """Time between two moments in one unit, rounded down.

    Parameters
    ----------
    since_ms, now_ms : int
        UTC milliseconds.

    Examples
    --------
    >>> elapsed(0, 90_000)
    '90 s'
    >>> elapsed(0, 3 * 3_600_000)
    '3 h'
    """
    passed = now_ms - since_ms
    if passed < 0:
        return f"-{elapsed(now_ms, since_ms)}"
    for unit, length in _UNITS.items():
        if passed >= 2 * length:
            return f"{passed // length} {unit}"
    return f"{passed // SECOND_MS} s"
