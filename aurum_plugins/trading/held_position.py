"""A position whose stop the news may draw."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.trading.drawn_stop import KeptStop


@dataclass(frozen=True, slots=True)
class HeldPosition:
    """What the brake has to know of it.

    Attributes
    ----------
    pair : str
    opened_ms : int
        UTC milliseconds.
    price : float or None
        What it could be sold for, quote currency; None takes the newest close.
    kept : KeptStop
        Where its stop was drawn to before.
    after_fill : bool
        Whether another order of it has just filled, which does not let its stop down.
    """

    pair: str
    opened_ms: int
    price: float | None
    kept: KeptStop
    after_fill: bool = False
