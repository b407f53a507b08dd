"""Which pairs move together, and so count as one when it comes to a cap."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aurum_plugins.risk.settings import RiskSettings

FloatArray = npt.NDArray[np.float64]
# A correlation measured on a smaller part of the window than this is not known.
LEAST_COMMON_SHARE = 0.5
# Returns that vary by less a candle are rounding errors: the price stood still.
LEAST_DEVIATION = 1e-12


@dataclass(frozen=True, eq=False)
class CloseSeries:
    """A pair's closes by the number of their candle.

    Attributes
    ----------
    numbers : ndarray of int, shape (n,)
        UTC milliseconds of each candle's open over the candle's length, ascending; missing candles
        are simply not there.
    closes : ndarray of float, shape (n,)
        Quote currency; NaN where there is none.
    """

    numbers: npt.NDArray[np.int64]
    closes: FloatArray


class CorrelationGroups:
    """Held pairs that count together with a pair.

    Two pairs are linked if the log returns of the last `correlation_candles` candles that both have
    correlate by `group_correlation` or more. A group is everything that links lead to, one after
    the other: so what is held in a group stays under its cap whichever pair of it is asked about.
    What is not known counts as linked: fewer common returns than half of the window, a price that
    never moved, candles out of order, no candles at all.

    Parameters
    ----------
    settings : RiskSettings
        `group_correlation` and `correlation_candles` are used.
    """

    def __init__(self, settings: RiskSettings) -> None:
        self.settings = settings

    def group(
        self, pair: str, held: Collection[str], candles: Mapping[str, CloseSeries], last: int
    ) -> frozenset[str]:
        """The held pairs of the group that a pair belongs to, without the pair itself.

        Parameters
        ----------
        pair : str
        held : collection of str
            Pairs with a position or an entry order.
        candles : mapping of str to CloseSeries
            By pair; more pairs and more candles than needed do no harm.
        last : int
            Number of the last candle that may be looked at.
        """
        others = sorted(set(held) - {pair})
        returns = {name: self._returns(candles.get(name), last) for name in (pair, *others)}
        group: set[str] = set()
        reached = [pair]
        while reached:
            name = reached.pop()
            for other in others:
                if other not in group and self._linked(returns[name], returns[other]):
                    group.add(other)
                    reached.append(other)
        return frozenset(group)

    def _returns(self, series: CloseSeries | None, last: int) -> FloatArray:
        """Log returns up to candle `last`, shape (correlation_candles,); NaN where not known."""
        window = self.settings.correlation_candles
        logs = np.full(window + 1, np.nan)
        if series is not None and len(series.numbers) == len(series.closes):
            first = last - window
            begin, end = np.searchsorted(series.numbers, [first, last + 1])
            numbers, closes = series.numbers[begin:end], series.closes[begin:end]
            if len(numbers) and (np.diff(numbers) > 0).all():
                known = (closes > 0) & (closes < np.inf)
                logs[numbers[known] - first] = np.log(closes[known])
        return np.diff(logs)

    def _linked(self, one: FloatArray, other: FloatArray) -> bool:
        common = np.isfinite(one) & np.isfinite(other)
        if np.count_nonzero(common) < LEAST_COMMON_SHARE * len(one):
            return True
        x, y = one[common], other[common]
        x, y = x - x.mean(), y - y.mean()
        deviations = float(np.linalg.norm(x)), float(np.linalg.norm(y))
        if min(deviations) < LEAST_DEVIATION * len(x) ** 0.5:
            return True
        return float(x @ y) >= self.settings.group_correlation * deviations[0] * deviations[1]
