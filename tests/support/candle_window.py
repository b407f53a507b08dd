"""The candles of one window as plain lists, for slow computations to check the fast ones by."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from aurum_plugins.features.candle_series import CandleSeries


class Window:
    """Prices and volumes of a window, oldest first."""

    def __init__(self, series: CandleSeries, first: int, last: int) -> None:
        names = ("open", "high", "low", "close", "volume")
        columns = (getattr(series, name)[first : last + 1].tolist() for name in names)
        self.o, self.h, self.l, self.c, self.v = columns

    @property
    def r(self) -> list[float]:
        """Log returns, one fewer than there are candles."""
        return [math.log(now / before) for before, now in pairwise(self.c)]

    @property
    def span(self) -> list[float]:
        """Logarithms of high over low."""
        return [math.log(h / low) for h, low in zip(self.h, self.l, strict=True)]

    @property
    def location(self) -> list[float]:
        """Where each candle closed in its range, from -1 to 1."""
        candles = zip(self.h, self.l, self.c, strict=True)
        return [((c - low) - (h - c)) / (h - low) if h > low else 0.0 for h, low, c in candles]

    @property
    def typical(self) -> list[float]:
        """Mean of high, low and close."""
        return [(h + low + c) / 3 for h, low, c in zip(self.h, self.l, self.c, strict=True)]


Oracle = Callable[[Window, int], float]


def slowly(oracle: Oracle, series: CandleSeries, window: int, period: int) -> list[float]:
    """Apply an oracle to each window of the series; NaN where there is none yet."""
    rows = range(window - 1, len(series))
    values = [oracle(Window(series, row - window + 1, row), period) for row in rows]
    return [math.nan] * (len(series) - len(values)) + values


def sign(x: float) -> int:
    """-1, 0 or 1."""
    return (x > 0) - (x < 0)


def ratio(numerator: float, denominator: float) -> float:
    """Quotient; NaN over nothing."""
    return numerator / denominator if denominator > 0 else math.nan


def ln(x: float) -> float:
    """Natural logarithm; NaN where there is none."""
    return math.log(x) if x > 0 else math.nan


def mean_square(values: list[float]) -> float:
    """Mean of the squares."""
    return sum(x * x for x in values) / len(values)


def correlation(first: list[float], second: list[float]) -> float:
    """Pearson's; NaN where one side is constant but for rounding."""
    deviations = []
    for values in (first, second):
        mean = sum(values) / len(values)
        deviations.append([x - mean for x in values])
        if mean_square(deviations[-1]) <= 1e-12 * mean_square(values):
            return math.nan
    covariance = sum(a * b for a, b in zip(*deviations, strict=True)) / len(first)
    return covariance / math.sqrt(mean_square(deviations[0]) * mean_square(deviations[1]))
