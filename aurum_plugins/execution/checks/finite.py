"""A number that can be calculated with, or NaN."""

from __future__ import annotations

import math
from numbers import Real


def finite(value: object) -> float:
    """Give a finite real number as a float, and NaN in place of anything else.

    Infinities, bools, None, text and integers beyond the largest float are no such numbers. NaN
    makes every comparison false, so that ``not value <= limit`` refuses it.

    Examples
    --------
    >>> finite(2), finite(True), finite(float("inf"))
    (2.0, nan, nan)
    """
    if isinstance(value, bool) or not isinstance(value, float | int | Real):
        return math.nan
    try:
        number = float(value)
    except OverflowError:
        return math.nan
    return number if math.isfinite(number) else math.nan
