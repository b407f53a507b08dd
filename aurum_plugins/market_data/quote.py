"""What one venue says that a pair is worth."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quote:
    """A price of one market at one venue, and when it held.

    Attributes
    ----------
    venue : str
        ccxt's id of the exchange, for example "kraken".
    pair : str
        What was asked for, for example "BTC/USDT".
    currency : str
        What `price`, `bid` and `ask` are in, for example "USD": a venue may list the pair's base
        against another currency than the pair's own.
    price : float
        Middle of bid and ask where the venue tells both, else the last trade; finite and positive.
    bid, ask : float
        Best prices; NaN = the venue did not tell.
    turnover : float
        Traded in the last 24 hours, in `currency`; NaN = the venue did not tell.
    at_ms : int
        UTC milliseconds at which the price held: when it was asked for, or the venue's own time of
        it where that is older.
    """

    venue: str
    pair: str
    currency: str
    price: float
    bid: float
    ask: float
    turnover: float
    at_ms: int

    @property
    def is_in_own_currency(self) -> bool:
        """Whether `price` is in the pair's own quote currency."""
        return self.pair.partition("/")[2] == self.currency
