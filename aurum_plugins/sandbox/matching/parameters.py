"""Which parameters each type of order needs, and which it must not have."""

from __future__ import annotations

from aurum_plugins.sandbox.matching.errors import Flaw, InvalidRequest
from aurum_plugins.sandbox.matching.orders import OrderRequest, OrderType

_ATTRIBUTES = {
    "quantity": "quantity",
    "quoteOrderQty": "quote_quantity",
    "price": "price",
    "stopPrice": "stop_price",
}
_NEEDED: dict[OrderType, frozenset[str]] = {
    OrderType.MARKET: frozenset({"quantity"}),
    OrderType.LIMIT: frozenset({"quantity", "price"}),
    OrderType.LIMIT_MAKER: frozenset({"quantity", "price"}),
    OrderType.STOP_LOSS: frozenset({"quantity", "stopPrice"}),
    OrderType.STOP_LOSS_LIMIT: frozenset({"quantity", "price", "stopPrice"}),
    OrderType.TAKE_PROFIT: frozenset({"quantity", "stopPrice"}),
    OrderType.TAKE_PROFIT_LIMIT: frozenset({"quantity", "price", "stopPrice"}),
}


def check_parameters(request: OrderRequest) -> None:
    """Refuse a request whose parameters do not fit its type.

    Raises
    ------
    InvalidRequest
        If one is missing, superfluous, not finite or not positive. A market order takes either
        `quantity` or `quoteOrderQty`, never both.
    """
    needed = _NEEDED[request.type]
    if request.type is OrderType.MARKET and request.quote_quantity is not None:
        needed = frozenset({"quoteOrderQty"})
    for parameter, attribute in _ATTRIBUTES.items():
        value = getattr(request, attribute)
        if value is None:
            if parameter in needed:
                raise InvalidRequest(parameter, Flaw.MISSING, f"{request.type} orders need it")
            continue
        if parameter not in needed:
            rule = f"{request.type} orders do not take it here"
            raise InvalidRequest(parameter, Flaw.NOT_REQUIRED, rule)
        if not value.is_finite():
            raise InvalidRequest(parameter, Flaw.NOT_A_NUMBER, f"got {value}")
        if value <= 0:
            raise InvalidRequest(parameter, Flaw.NOT_POSITIVE, f"got {value}")
