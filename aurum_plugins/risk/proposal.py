"""What a position might become before risk has had its say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Proposal:
    """An entry as the host proposes it, and what is known about the pair.

    Attributes
    ----------
    share : float
        What the host would put into the position, quote currency.
    largest : float
        Cash that it may use at most, quote currency.
    smallest : float or None
        The market's smallest order, quote currency; None if it has none.
    price : float
        Of the entry, quote currency.
    stop : float or None
        Price at which the position will be given up, quote currency; None if not known.
    fee : float
        Share of the notional paid on each side, 0.001 is 0.1 %.
    volatility : float
        Realised or forecast, 1.0 is 100 % a year; NaN if not known.
    confidence : float in [0, 1]
        Share of the size that the signal's confidence allows.
    """

    share: float
    largest: float
    smallest: float | None
    price: float
    stop: float | None
    fee: float
    volatility: float
    confidence: float = 1.0
