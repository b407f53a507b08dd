"""Where two books disagree."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """One thing that two books say differently.

    Attributes
    ----------
    subject : str
        A trade or an order.
    what : str
        The figure, such as "fee" or "amount".
    booked, found : str
        What the one book says, and what the other: the ledger and what is due by freqtrade's
        trades, or freqtrade and the exchange.
    """

    subject: str
    what: str
    booked: str
    found: str
