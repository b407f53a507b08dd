"""The fee that is due for one trade."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from aurum_plugins.ledger.settings import FeeBase
from aurum_plugins.ledger.settled_trade import SettledTrade


@dataclass(frozen=True)
class DueFee:
    """The fee that is due for one trade.

    Attributes
    ----------
    trade : SettledTrade
    base : FeeBase
    rate : decimal.Decimal
    basis : decimal.Decimal
        What the rate is taken of, quote currency; 0 or more.
    amount : decimal.Decimal
        Rounded once, half to even, to 8 decimal places; 0: nothing is due.
    """

    trade: SettledTrade
    base: FeeBase
    rate: Decimal
    basis: Decimal
    amount: Decimal
