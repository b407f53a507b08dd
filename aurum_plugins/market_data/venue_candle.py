"""A closed candle as one venue tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VenueCandle:
    """One candle of one market at one venue.

    Attributes
    ----------
    venue : str
        ccxt's id of the exchange.
    pair : str
        What was asked for, for example "BTC/USDT".
    currency : str
        What the prices are in.
    open_ms : int
        UTC milliseconds at which it opened.
    open, high, low, close : float
        Finite and positive.
    volume : float
        Base currency; 0 = nothing was traded.
    """

    venue: str
    pair: str
    currency: str
    open_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float
