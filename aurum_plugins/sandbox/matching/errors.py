"""Why an order, a cancellation or a question about an order is refused.

OrderRejected (AurumError)
├── InvalidRequest          a parameter is missing, superfluous or makes no sense
├── FilterFailure           the order breaks one of the symbol's filters
├── MarketClosed            nothing is traded now
├── InsufficientBalance     the account has not enough free funds
├── WouldMatchImmediately   a limit-maker order would take
├── StopWouldTrigger        the stop price is reached already
├── DuplicateClientOrderId  an open order bears this client order id
├── RejectedByVenue         the venue refuses although the order is valid
├── UnknownOrder            asked about an order that does not exist
└── UnknownOrderToCancel    asked to cancel what is not open

A dialect maps the class, not the text, to its own code and status.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from aurum_plugins.errors import AurumError


class Flaw(StrEnum):
    """What is wrong with a parameter."""

    MISSING = "missing"
    NOT_REQUIRED = "not required"
    NOT_A_NUMBER = "not a finite number"
    NOT_POSITIVE = "not positive"


class OrderRejected(AurumError):
    """Base of every refusal of the matching engine."""


class InvalidRequest(OrderRejected):
    """A parameter is missing, superfluous or makes no sense.

    Attributes
    ----------
    parameter : str
        Binance's spelling: `price`, `stopPrice`, `quantity`, `quoteOrderQty`, `orderId`.
    reason : Flaw
        What is wrong with it.
    """

    def __init__(self, parameter: str, reason: Flaw, rule: str) -> None:
        self.parameter = parameter
        self.reason = reason
        super().__init__(f"parameter {parameter} is {reason}: {rule}")


class FilterFailure(OrderRejected):
    """The order breaks a filter of its symbol.

    Attributes
    ----------
    filter_name : str
        As in exchangeInfo: `PRICE_FILTER`, `LOT_SIZE`, `NOTIONAL`, ...
    """

    def __init__(self, filter_name: str, rule: str, value: object) -> None:
        self.filter_name = filter_name
        self.rule = rule
        self.value = value
        super().__init__(f"filter failure {filter_name}: {rule}, got {value}")


class MarketClosed(OrderRejected):
    """The tape has run out: nothing is traded any more."""

    def __init__(self, symbol: str, now_ms: int) -> None:
        self.symbol = symbol
        self.now_ms = now_ms
        super().__init__(f"{symbol}: the market is closed at {now_ms} ms")


class InsufficientBalance(OrderRejected):
    """The account has not enough funds.

    Attributes
    ----------
    asset : str
        What is lacking.
    needed, available : decimal.Decimal
        Amounts of it.
    """

    def __init__(self, asset: str, needed: Decimal, available: Decimal) -> None:
        self.asset = asset
        self.needed = needed
        self.available = available
        super().__init__(f"insufficient balance: {needed} {asset} needed, {available} available")


class WouldMatchImmediately(OrderRejected):
    """A limit-maker order would take instead of rest."""

    def __init__(self, symbol: str, price: Decimal, touch: Decimal) -> None:
        self.symbol = symbol
        self.price = price
        self.touch = touch
        super().__init__(f"{symbol}: a maker order at {price} would match the {touch} at once")


class StopWouldTrigger(OrderRejected):
    """The market is at or beyond the stop price already."""

    def __init__(self, symbol: str, stop_price: Decimal, last: Decimal) -> None:
        self.symbol = symbol
        self.stop_price = stop_price
        self.last = last
        super().__init__(f"{symbol}: stop price {stop_price} would trigger at once, last is {last}")


class DuplicateClientOrderId(OrderRejected):
    """An open order of the account bears the same client order id."""

    def __init__(self, client_order_id: str) -> None:
        self.client_order_id = client_order_id
        super().__init__(f"client order id {client_order_id!r} belongs to an open order")


class RejectedByVenue(OrderRejected):
    """The venue refuses a valid order, for no reason that the client could mend."""

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        super().__init__(f"{symbol}: the venue rejected the order")


class UnknownOrder(OrderRejected):
    """No such order in this account and symbol."""

    def __init__(self, symbol: str, reference: int | str) -> None:
        self.symbol = symbol
        self.reference = reference
        super().__init__(f"{symbol}: order {reference!r} does not exist")


class UnknownOrderToCancel(OrderRejected):
    """No such open order in this account and symbol."""

    def __init__(self, symbol: str, reference: int | str) -> None:
        self.symbol = symbol
        self.reference = reference
        super().__init__(f"{symbol}: order {reference!r} is not open, so it cannot be canceled")
