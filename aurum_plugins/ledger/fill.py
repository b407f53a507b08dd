"""A fill as the exchange tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Fill:
    """One fill of an order.

    Attributes
    ----------
    fill_id, order_id : str
        The exchange's.
    pair : str
    side : str
        "buy" or "sell".
    at_ms : int
        UTC milliseconds.
    amount, cost : decimal.Decimal
        Base and quote currency.
    fees : mapping of str to decimal.Decimal
        What the exchange took, by currency.
    """

    fill_id: str
    order_id: str
    pair: str
    side: str
    at_ms: int
    amount: Decimal
    cost: Decimal
    fees: Mapping[str, Decimal]
