"""Numbers as a reader wants them: short, and never rounded to more than is true."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from markupsafe import Markup, escape

NONE = "–"  # noqa: RUF001 - the dash that tables use for "no figure"
_WHOLE = 1.0
_PERCENT = "\N{NO-BREAK SPACE}%"


def percent(share: float | None) -> str:
    """A share in [0, 1] with two decimals; "100 %" only of a whole, "0 %" only of nothing."""
    if share is None:
        return NONE
    if share in (0.0, _WHOLE):
        return f"{100 * share:.0f}{_PERCENT}"
    hundredths = math.floor(share * 10_000)
    return f"{hundredths / 100:.2f}{_PERCENT}" if hundredths else f"< 0.01{_PERCENT}"


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


def breakable(name: str) -> Markup:
    """The name of a feature, escaped, which may be broken after an underscore and nowhere else."""
    return Markup("_<wbr>").join(escape(part) for part in name.split("_"))
