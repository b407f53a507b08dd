"""Numbers as a reader wants them: short, and never rounded to more than is true."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

NONE = "–"  # noqa: RUF001 - the dash that tables use for "no figure"
_WHOLE = 1.0


def percent(share: float | None) -> str:
    """A share in [0, 1] with two decimals; "100 %" only of a whole, "0 %" only of nothing."""
    if share is None:
        return NONE
    if share in (0.0, _WHOLE):
        return f"{share:.0%}".replace("%", " %")
    hundredths = math.floor(share * 10_000)
    return f"{hundredths / 100:.2f} %" if hundredths else "< 0.01 %"


def count(number: int) -> str:
    """A whole number with its thousands apart: 37,516."""
    return f"{number:,}"


def statistic(value: float | None) -> str:
    """A figure without unit, three decimals."""
    return NONE if value is None else f"{value:.3f}"


def moment(time: datetime) -> str:
    """A UTC time to the minute."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def day(time: datetime) -> str:
    """A UTC date."""
    return time.astimezone(UTC).strftime("%Y-%m-%d")


def span(length: timedelta) -> str:
    """A stretch of time in its two largest units: "1 d 4 h", "35 min"."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    named = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(named[:2]) or "0 s"


def words(name: str) -> str:
    """The name of a status, cause, family or repair, to be read: "warm up"."""
    return name.lower().replace("_", " ")
