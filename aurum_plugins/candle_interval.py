"""How long a candle lasts."""

from __future__ import annotations

import re

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.errors import ConfigurationError

_UNIT_MS = {"s": SECOND_MS, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS, "w": 7 * DAY_MS}
_TIMEFRAME = re.compile(r"(?P<number>[1-9]\d{0,3})(?P<unit>[smhdw])")


def candle_interval_ms(timeframe: str) -> int:
    """Length of a candle in milliseconds.

    Parameters
    ----------
    timeframe : str
        As freqtrade writes it; months and years differ in length, so no decision is made on them.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If it is no timeframe of a fixed length.

    Examples
    --------
    >>> candle_interval_ms("5m")
    300000
    """
    found = _TIMEFRAME.fullmatch(timeframe)
    if found is None:
        raise ConfigurationError("timeframe", "must be one such as 5m, 1h or 1d", timeframe)
    return int(found["number"]) * _UNIT_MS[found["unit"]]
