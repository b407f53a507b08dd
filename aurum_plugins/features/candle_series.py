"""Prices and volumes of observed candles, and what many features derive from them, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CandleSeries:
    """Observed candles of one pair, oldest first; every number finite, every price above 0.

    Derived series have the same length; the first row is NaN where the candle before is needed.
    Logarithms are natural, so that differences do not depend on the unit of price.

    What belongs to one candle never spans a gap: what the price did while nobody looked took
    longer. Where the candle before on the grid was not observed, a candle's own open stands for the
    close before it, so that its return is ``ln(close / open)`` and its true range its range.
    Differences of prices several candles apart do span gaps: the price did change.

    Attributes
    ----------
    open, high, low, close : ndarray of float64, shape (n,)
        Quote currency; ``low <= open, close <= high``.
    volume : ndarray of float64, shape (n,)
        Base currency, above 0.
    after_gap : ndarray of bool, shape (n,), or None
        Where the candle before on the grid was not observed; the first row says nothing, as no
        candle is known before it. None: nowhere.
    """

    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    after_gap: NDArray[np.bool_] | None = field(default=None, kw_only=True)

    _rolled: dict[tuple[str, str, int], FloatArray] = field(
        default_factory=dict, init=False, repr=False
    )

    def __len__(self) -> int:
        return len(self.close)

    def rolled(
        self, statistic: Callable[[FloatArray, int], FloatArray], column: str, window: int
    ) -> FloatArray:
        """A statistic of one of the columns over a window; features share it.

        Parameters
        ----------
        statistic : callable
            One of `aurum_plugins.features.rolling` that takes values and a window.
        column : str
            Name of an attribute.
        window : int
            Candles.

        Returns
        -------
        ndarray of float64, shape (n,)
            Read-only.
        """
        key = (statistic.__name__, column, window)
        if key not in self._rolled:
            values = statistic(getattr(self, column), window)
            values.setflags(write=False)
            self._rolled[key] = values
        return self._rolled[key]

    @cached_property
    def log_open(self) -> FloatArray:
        """Logarithm of the open."""
        return np.log(self.open)

    @cached_property
    def log_high(self) -> FloatArray:
        """Logarithm of the high."""
        return np.log(self.high)

    @cached_property
    def log_low(self) -> FloatArray:
        """Logarithm of the low."""
        return np.log(self.low)

    @cached_property
    def log_close(self) -> FloatArray:
        """Logarithm of the close."""
        return np.log(self.close)

    @cached_property
    def level(self) -> FloatArray:
        """`log_close` less its first: large levels would drown small moves in rounding."""
        return self.log_close - self.log_close[:1]

    @cached_property
    def log_return(self) -> FloatArray:
        """``ln(close_t / close_(t-1))``, after a gap ``ln(close_t / open_t)``; the first is NaN."""
        return self.log_close - self.log_previous_close

    @cached_property
    def squared_return(self) -> FloatArray:
        """Square of `log_return`; the first is NaN."""
        return self.log_return * self.log_return

    @cached_property
    def absolute_return(self) -> FloatArray:
        """Magnitude of `log_return`; the first is NaN."""
        return np.abs(self.log_return)

    @cached_property
    def log_previous_close(self) -> FloatArray:
        """Logarithm of the close before, after a gap of the own open; the first is NaN."""
        return self._previous(self.log_close)

    @cached_property
    def log_previous_high(self) -> FloatArray:
        """Logarithm of the high before, after a gap of the own open; the first is NaN."""
        return self._previous(self.log_high)

    @cached_property
    def log_previous_low(self) -> FloatArray:
        """Logarithm of the low before, after a gap of the own open; the first is NaN."""
        return self._previous(self.log_low)

    @cached_property
    def log_range(self) -> FloatArray:
        """``ln(high / low)``, 0 or more."""
        return self.log_high - self.log_low

    @cached_property
    def log_true_range(self) -> FloatArray:
        """``ln(max(high, previous close) / min(low, previous close))``; the first is NaN."""
        previous = self.log_previous_close
        return np.maximum(self.log_high, previous) - np.minimum(self.log_low, previous)

    @cached_property
    def typical_price(self) -> FloatArray:
        """``(high + low + close) / 3``, quote currency."""
        return (self.high + self.low + self.close) / 3.0

    @cached_property
    def close_location(self) -> FloatArray:
        """``(2 close - high - low) / (high - low)`` in [-1, 1]; 0 where high equals low."""
        span = self.high - self.low
        offset = (self.close - self.low) - (self.high - self.close)
        return np.divide(offset, span, out=np.zeros_like(span), where=span > 0)

    @cached_property
    def quote_volume(self) -> FloatArray:
        """``typical price * volume``, quote currency: an estimate of the turnover."""
        return self.typical_price * self.volume

    def _previous(self, prices: FloatArray) -> FloatArray:
        previous = lagged(prices, 1)
        if self.after_gap is not None:
            np.copyto(previous[1:], self.log_open[1:], where=self.after_gap[1:])
        return previous


def lagged(values: FloatArray, candles: int) -> FloatArray:
    """Each row shows the value of `candles` rows before it; NaN where there is none.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
    candles : int
        0 or more: never a look ahead.

    Raises
    ------
    ValueError
        If `candles` is negative.
    """
    if candles < 0:
        raise ValueError(f"candles must be 0 or more, got {candles}: later rows are the future")
    if not candles:
        return values
    out = np.full(len(values), np.nan)
    out[candles:] = values[:-candles]
    return out
