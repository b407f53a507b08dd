"""Numbers as venues write them."""

from __future__ import annotations

import math


def fixed(value: float, decimals: int) -> str:
    """`value` with exactly `decimals` digits after the point; NaN as `NaN`."""
    return "NaN" if math.isnan(value) else f"{value:.{decimals}f}"


def plain(value: float, decimals: int) -> str:
    """`value` with at most `decimals` (1 or more) digits after the point; NaN as `NaN`."""
    text = fixed(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text
