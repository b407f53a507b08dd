"""What is written down of an order on its way to an exchange."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class OrderState(StrEnum):
    """How far an order got, as far as it is known.

    ========  =====================================================================================
    leaving   written down, then sent: if the process ended, nobody knows whether it arrived
    unknown   sent, and no answer came
    taken     the exchange has it; whether the bot has booked it is still to be seen
    refused   the exchange does not have it
    settled   nothing is left to be done: the bot has booked it, or it ended without a trade
    ========  =====================================================================================
    """

    LEAVING = "leaving"
    UNKNOWN = "unknown"
    TAKEN = "taken"
    REFUSED = "refused"
    SETTLED = "settled"

    @property
    def is_final(self) -> bool:
        """Whether nothing is left to be found out."""
        return self in (OrderState.REFUSED, OrderState.SETTLED)


@dataclass(frozen=True)
class RecordedOrder:
    """One order.

    Attributes
    ----------
    client_order_id : str
        Ours, unique.
    pair : str
    side : str
        "buy" or "sell".
    order_type : str
        As ccxt names it.
    amount : decimal.Decimal
        Base currency.
    price : decimal.Decimal or None
        Quote currency; None of a market order.
    state : OrderState
    sent_ms, updated_ms : int
        UTC milliseconds: when it was written down, and when its state was last learnt.
    exchange_order_id : str or None
        The exchange's, once it is known.
    detail : str
        What led to the state, where it was not the usual.
    """

    client_order_id: str
    pair: str
    side: str
    order_type: str
    amount: Decimal
    price: Decimal | None
    state: OrderState
    sent_ms: int
    updated_ms: int
    exchange_order_id: str | None = None
    detail: str = ""
