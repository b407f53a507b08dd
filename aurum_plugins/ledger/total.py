"""What is owed of one currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Total:
    """Sums of one currency; all three together are the fees of every trade charged.

    Attributes
    ----------
    currency : str
    accrued : decimal.Decimal
        Not invoiced yet; negative: a credit, because what had been invoiced was corrected.
    invoiced : decimal.Decimal
        Invoiced, not collected yet.
    collected : decimal.Decimal
        Received, as somebody entered it.
    trades : int
        For which something is charged.
    """

    currency: str
    accrued: Decimal
    invoiced: Decimal
    collected: Decimal
    trades: int
