"""The closes of several pairs side by side, on the candles of one of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from aurum_plugins.features.candle_series import FloatArray, lagged
from aurum_plugins.features.candles import Candles, Market


@dataclass(frozen=True, eq=False)
class MarketView:
    """What a market-wide feature may look at.

    Attributes
    ----------
    open_ms : ndarray of int64, shape (n,)
        UTC milliseconds of each candle's open, on the grid of the pair.
    pair : ndarray of float64, shape (n,)
        Logarithm of the pair's close; NaN where it was not observed.
    members : ndarray of float64, shape (n_pairs, n)
        Logarithms of the market pairs' closes at the same times; NaN where not observed. The first
        row is the leader.
    """

    open_ms: NDArray[np.int64]
    pair: FloatArray
    members: FloatArray

    @classmethod
    def of(cls, candles: Candles, market: Market) -> MarketView:
        """Join by the time of the open; a candle that only one side has joins nothing.

        Parameters
        ----------
        candles : Candles
            The pair that features are computed for.
        market : mapping of str to Candles
            The market pairs, the leader first; of the same interval.

        Raises
        ------
        ValueError
            If a market pair has candles of another interval, or there is none.
        """
        if not market:
            raise ValueError("market must hold one pair or more, got none")
        rows = []
        for name, other in market.items():
            if other.interval_ms != candles.interval_ms:
                raise ValueError(
                    f"market pairs must have candles of {candles.interval_ms} ms, "
                    f"got {other.interval_ms} ms of {name}"
                )
            rows.append(_aligned(candles, other))
        return cls(candles.open_ms, _log_close(candles), np.stack(rows))

    @property
    def leader(self) -> FloatArray:
        """Logarithm of the leader's close, shape (n,)."""
        return np.asarray(self.members[0])

    @cached_property
    def pair_return(self) -> FloatArray:
        """Log return of the pair, one candle, shape (n,); NaN where either close is missing."""
        return self.pair - lagged(self.pair, 1)

    @cached_property
    def leader_return(self) -> FloatArray:
        """Log return of the leader, one candle, shape (n,)."""
        return self.leader - lagged(self.leader, 1)


def _log_close(candles: Candles) -> FloatArray:
    return candles.scatter(candles.series.log_close)


def _aligned(candles: Candles, other: Candles) -> FloatArray:
    out = np.full(len(candles), np.nan)
    if not len(candles) or not len(other):
        return out
    steps, remainder = np.divmod(candles.open_ms - other.open_ms[0], other.interval_ms)
    inside = (remainder == 0) & (steps >= 0) & (steps < len(other))
    out[inside] = _log_close(other)[steps[inside]]
    return out
