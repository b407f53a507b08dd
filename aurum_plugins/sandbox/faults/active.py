"""The data-level faults that one request has to live with."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.sandbox.faults.candles import CandleFault
from aurum_plugins.sandbox.market.tape import Candles


@dataclass(frozen=True)
class ActiveFaults:
    """What a handler must distort in its answer; the defaults distort nothing.

    Attributes
    ----------
    now_shift_ms : int
        Market data is shown as of now plus this many milliseconds (0 or less).
    clock_skew_ms : int
        Milliseconds by which the venue's own clock is ahead (negative: behind).
    price_factor : float
        Multiplies every price shown in market data; above 0.
    liquidity : float
        Scales what an order can take from the book or from resting flow; in (0, 1].
    reject : bool
        A new order is refused though it is valid.
    candle_faults : tuple of CandleFault
        Applied to candles in this order.
    """

    now_shift_ms: int = 0
    clock_skew_ms: int = 0
    price_factor: float = 1.0
    liquidity: float = 1.0
    reject: bool = False
    candle_faults: tuple[CandleFault, ...] = ()

    @property
    def touches_candles(self) -> bool:
        """False if `candles` returns what it is given."""
        return bool(self.candle_faults)

    def candles(self, candles: Candles, interval_ms: int) -> Candles:
        """Spoilt candles, or the same object when no candle fault is active.

        Prices are not multiplied by `price_factor` here, nor is `now_shift_ms` applied.

        Parameters
        ----------
        candles : Candles
        interval_ms : int
            Length of a candle, milliseconds.
        """
        for fault in self.candle_faults:
            candles = fault(candles, interval_ms)
        return candles
