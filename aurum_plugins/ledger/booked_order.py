"""An order as freqtrade booked it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class BookedOrder:
    """One order of a trade, at least partly filled.

    Attributes
    ----------
    trade_id : int
    order_id : str
        The exchange's.
    pair : str
    side : str
        "buy" or "sell".
    at_ms : int
        When it was sent, UTC milliseconds.
    is_open : bool
        Whether it may still fill.
    filled : decimal.Decimal
        Base currency.
    price : decimal.Decimal
        Average, quote currency.
    fee_currency : str
        What freqtrade thinks the fee was taken in; empty: it found none.
    fee : decimal.Decimal or None
        How much of that; None where freqtrade keeps no amount.
    reckoned_fee : decimal.Decimal
        What freqtrade's profit has been lessened by, quote currency.
    """

    trade_id: int
    order_id: str
    pair: str
    side: str
    at_ms: int
    is_open: bool
    filled: Decimal
    price: Decimal
    fee_currency: str
    fee: Decimal | None
    reckoned_fee: Decimal
