"""What a ticker tells of a stretch of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.sandbox.market.tape import Candles


@dataclass(frozen=True)
class Summary:
    """Figures of consecutive candles; all prices are `at` where there is no candle.

    Attributes
    ----------
    open, high, low, vwap : float
        Quote currency.
    volume, quote_volume : float
        Base currency; quote currency.
    trades : int
        Number of trades: one in each second that has begun.
    """

    open: float
    high: float
    low: float
    vwap: float
    volume: float
    quote_volume: float
    trades: int

    @classmethod
    def of(cls, candles: Candles, interval_ms: int, *, now_ms: int, at: float) -> Summary:
        """Sum up candles of `interval_ms` as they are known at `now_ms` (UTC milliseconds).

        Parameters
        ----------
        candles : Candles
        interval_ms : int
            Their length, milliseconds.
        now_ms : int
            The last one may still be forming.
        at : float
            Price to show where there is no candle, quote currency.
        """
        if len(candles) == 0:
            return cls(at, at, at, at, 0.0, 0.0, 0)
        typical = (candles.open + candles.high + candles.low + candles.close) / 4
        volume = float(candles.volume.sum())
        quote_volume = float((candles.volume * typical).sum())
        seconds = np.minimum(interval_ms, now_ms - candles.open_ms + SECOND_MS) // SECOND_MS
        return cls(
            open=float(candles.open[0]),
            high=float(candles.high.max()),
            low=float(candles.low.min()),
            vwap=quote_volume / volume if volume > 0 else float(typical.mean()),
            volume=volume,
            quote_volume=quote_volume,
            trades=int(seconds[candles.volume > 0].sum()),
        )
