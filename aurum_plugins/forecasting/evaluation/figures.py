"""Shares, differences and estimates as a reader wants them: short, with their intervals."""

from __future__ import annotations

from aurum_plugins.forecasting.evaluation.report import Estimate
from aurum_plugins.preprocessing.quality.figures import NONE, count, day, moment, statistic, words

SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
_SMALL, _SMALLEST = 0.01, 0.0001

__all__ = [
    "NONE",
    "between",
    "count",
    "day",
    "moment",
    "plain_between",
    "points",
    "points_between",
    "ratio",
    "share",
    "signed",
    "signed_between",
    "statistic",
    "words",
]


def share(value: float | None) -> str:
    """A share in percent with one decimal, small ones with two: "74.1 %"."""
    if value is None:
        return NONE
    if 0.0 < value < _SMALLEST:
        return f"< 0.01{SPACE}%"
    decimals = 2 if 0.0 < abs(value) < _SMALL else 1
    return _minus(f"{100 * value:.{decimals}f}{SPACE}%")


def points(value: float | None) -> str:
    """A difference of two shares in percentage points: "+1.3 points"."""
    return NONE if value is None else f"{_signed(100 * value, 1)}{SPACE}points"


def signed(value: float | None) -> str:
    """A figure without unit that may be below 0: "+0.0123"."""
    return NONE if value is None else _signed(value, 4)


def ratio(value: float | None) -> str:
    """A ratio such as Sharpe's, two decimals."""
    return NONE if value is None else _minus(f"{value:.2f}")


def between(estimate: Estimate) -> str:
    """The interval of a share: "73.0 to 75.2 %"; "" where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    return _minus(f"{100 * estimate.low:.1f} to {100 * estimate.high:.1f}{SPACE}%")


def points_between(estimate: Estimate) -> str:
    """The interval of a difference of shares: "+0.6 to +2.0"."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{_signed(100 * estimate.low, 1)} to {_signed(100 * estimate.high, 1)}"


def signed_between(estimate: Estimate) -> str:
    """The interval of a figure without unit: "+0.0102 to +0.0144"."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{_signed(estimate.low, 4)} to {_signed(estimate.high, 4)}"


def plain_between(estimate: Estimate) -> str:
    """The interval of a figure that is never below 0: "0.733 to 0.765"."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{estimate.low:.3f} to {estimate.high:.3f}"


def _signed(value: float, decimals: int) -> str:
    text = f"{value:+.{decimals}f}"
    # What rounds to nothing has no sign.
    return text[1:] if not float(text) else _minus(text)


def _minus(text: str) -> str:
    return text.replace("-", MINUS)
