"""What the loss limits say at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.refusal import Refusal


@dataclass(frozen=True)
class Standing:
    """Whether positions may be opened, and at which part of their size.

    Attributes
    ----------
    scale : float in [0, 1]
        What sizes are multiplied by; 0 if there is a refusal.
    refusal : Refusal or None
        Why nothing may be opened: EQUITY_UNKNOWN, DRAWDOWN, WEEKLY_LOSS, DAILY_LOSS or
        CONSECUTIVE_LOSSES, the first of these that holds.
    drawdown : float
        Below the peak, 0.2 is 20 %; NaN if the equity is not known.
    """

    scale: float
    refusal: Refusal | None
    drawdown: float
