"""A trade that is over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClosedTrade:
    """What the loss limits want to know of a trade that was closed.

    Attributes
    ----------
    trade_id : int
    pair : str
    closed_ms : int
        UTC milliseconds.
    profit : float
        Quote currency, fees included.
    """

    trade_id: int
    pair: str
    closed_ms: int
    profit: float
