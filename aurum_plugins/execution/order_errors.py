"""Why an order was not sent, in terms that freqtrade understands, and what a failure means.

ccxt.ExchangeNotAvailable
└── OutcomeUnknown            an earlier order may exist: symbol, client_order_id
ccxt.InvalidOrder
├── OrderNotRecorded          it could not be written down: symbol, client_order_id, reason
└── NothingToTakeUp           a lost order was to be booked, and there is none: symbol

freqtrade ends its loop on the first, as on every failure of the network, and comes back half a
minute later. After the others it goes on with the next pair, and with its exits.
"""

from __future__ import annotations

import ccxt

# Failures of ccxt's network kind that say for certain that the exchange did not take the request.
REFUSED = (ccxt.DDoSProtection, ccxt.RateLimitExceeded, ccxt.InvalidNonce)


class OutcomeUnknown(ccxt.ExchangeNotAvailable):  # type: ignore[misc]
    """An earlier order's fate could not be settled, so no other is sent.

    Attributes
    ----------
    symbol : str
        For example "BTC/USDT".
    client_order_id : str
        Under which the earlier order may exist on the exchange.
    """

    def __init__(self, symbol: str, client_order_id: str) -> None:
        self.symbol = symbol
        self.client_order_id = client_order_id
        super().__init__(
            f"the outcome of order {client_order_id} on {symbol} is unknown; "
            "no other order is sent on this symbol until the exchange answers"
        )


class OrderNotRecorded(ccxt.InvalidOrder):  # type: ignore[misc]
    """An order that opens a position could not be written down, so it was not sent.

    Attributes
    ----------
    symbol : str
        For example "BTC/USDT".
    client_order_id : str
        The one that it would have had.
    reason : str
        What is wrong with the database.
    """

    def __init__(self, symbol: str, client_order_id: str, reason: str) -> None:
        self.symbol = symbol
        self.client_order_id = client_order_id
        self.reason = reason
        super().__init__(
            f"order {client_order_id} on {symbol} was not sent, "
            f"because it could not be written down: {reason}"
        )


class NothingToTakeUp(ccxt.InvalidOrder):  # type: ignore[misc]
    """A lost order was to be booked, and there is none, so none is sent in its place.

    Attributes
    ----------
    symbol : str
        For example "BTC/USDT".
    """

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        super().__init__(f"there is no lost entry on {symbol} to be booked; nothing was sent")


def outcome_unknown(error: ccxt.BaseError) -> bool:
    """Whether the exchange may have taken an order in spite of this failure."""
    # A bare ExchangeError is a status or an error code that ccxt does not know, such as 524.
    unanswered = isinstance(error, ccxt.OperationFailed) or type(error) is ccxt.ExchangeError
    return unanswered and not isinstance(error, REFUSED)
