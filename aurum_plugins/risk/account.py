"""What the account holds at one moment, in numbers that no exchange library is needed for."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Position:
    """A position, or an entry order that may become one.

    Attributes
    ----------
    pair : str
    amount : float
        Base currency held.
    ordered : float
        Base currency of open entry orders that is not filled yet.
    price : float
        Last known price, quote currency; NaN if there is none.
    open_rate : float
        Price of the entry, quote currency.
    stop : float
        Price at which the position is given up, quote currency; NaN if it has none.
    """

    pair: str
    amount: float
    ordered: float
    price: float
    open_rate: float
    stop: float

    @property
    def value(self) -> float:
        """What it is worth, quote currency; NaN without a price."""
        return self.amount * self.price

    @property
    def exposure(self) -> float:
        """Its worth once everything ordered has been filled, quote currency.

        An order that has not filled yet is counted at the entry's price if that is the higher one.
        """
        price = self.price if math.isfinite(self.price) else self.open_rate
        return self.amount * price + self.ordered * max(price, self.open_rate)


@dataclass(frozen=True)
class Account:
    """Cash and positions.

    Attributes
    ----------
    cash : float
        Quote currency, also what open entry orders have set aside.
    positions : tuple of Position
    """

    cash: float
    positions: tuple[Position, ...] = ()

    @property
    def equity(self) -> float:
        """Worth of everything, quote currency; NaN if a position has no price."""
        return self.cash + sum(position.value for position in self.positions)

    @property
    def exposure(self) -> float:
        """Worth of all positions once everything ordered has been filled, quote currency."""
        return sum(position.exposure for position in self.positions)
