"""Accounts and matching: orders, fills, balances, filters, fees."""

from aurum_plugins.sandbox.matching.accounts import Account
from aurum_plugins.sandbox.matching.average_price import average_price
from aurum_plugins.sandbox.matching.balances import Balances
from aurum_plugins.sandbox.matching.engine import MatchingEngine
from aurum_plugins.sandbox.matching.errors import (
    DuplicateClientOrderId,
    FilterFailure,
    Flaw,
    InsufficientBalance,
    InvalidRequest,
    MarketClosed,
    OrderRejected,
    RejectedByVenue,
    StopWouldTrigger,
    UnknownOrder,
    UnknownOrderToCancel,
    WouldMatchImmediately,
)
from aurum_plugins.sandbox.matching.filters import describe
from aurum_plugins.sandbox.matching.orders import (
    Fill,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)

__all__ = [
    "Account",
    "Balances",
    "DuplicateClientOrderId",
    "Fill",
    "FilterFailure",
    "Flaw",
    "InsufficientBalance",
    "InvalidRequest",
    "MarketClosed",
    "MatchingEngine",
    "Order",
    "OrderRejected",
    "OrderRequest",
    "OrderStatus",
    "OrderType",
    "RejectedByVenue",
    "Side",
    "StopWouldTrigger",
    "TimeInForce",
    "UnknownOrder",
    "UnknownOrderToCancel",
    "WouldMatchImmediately",
    "average_price",
    "describe",
]
