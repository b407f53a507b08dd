"""What may still be put into a pair."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Headroom:
    """What is left under each cap, in quote currency.

    Attributes
    ----------
    equity : float
        Worth of the account, finite and positive.
    position, group, total : float
        Negative where a cap is exceeded already, because prices moved.
    """

    equity: float
    position: float
    group: float
    total: float
