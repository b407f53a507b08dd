"""Signed endpoints that place, cancel and find orders."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256

from aurum_plugins.sandbox.binance import render
from aurum_plugins.sandbox.binance.call import Answer, SignedCall
from aurum_plugins.sandbox.binance.errors import BinanceError
from aurum_plugins.sandbox.binance.parameters import CLIENT_ORDER_ID
from aurum_plugins.sandbox.matching import (
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    RejectedByVenue,
    Side,
    TimeInForce,
)

LOWEST_STRATEGY_TYPE = 1_000_000
UNSUPPORTED = {
    "icebergQty": "Iceberg orders are not supported for this symbol.",
    "trailingDelta": "Trailing stop orders are not supported for this symbol.",
}
# Types that rest at a price and may be told how long; a maker order always rests.
TIMED = frozenset({OrderType.LIMIT, OrderType.STOP_LOSS_LIMIT, OrderType.TAKE_PROFIT_LIMIT})


class ResponseType(StrEnum):
    """How much a new order's answer tells."""

    ACK = "ACK"
    RESULT = "RESULT"
    FULL = "FULL"


class Prevention(StrEnum):
    """What may be asked about trading with oneself; orders here never meet each other."""

    NONE = "NONE"
    EXPIRE_TAKER = "EXPIRE_TAKER"
    EXPIRE_MAKER = "EXPIRE_MAKER"
    EXPIRE_BOTH = "EXPIRE_BOTH"
    DECREMENT = "DECREMENT"


class CancelRestriction(StrEnum):
    """Which state an order must be in to be canceled."""

    ONLY_NEW = "ONLY_NEW"
    ONLY_PARTIALLY_FILLED = "ONLY_PARTIALLY_FILLED"

    @property
    def status(self) -> OrderStatus:
        """The state it asks for."""
        return OrderStatus(self.removeprefix("ONLY_"))


DEFAULT_RESPONSE = {OrderType.MARKET: ResponseType.FULL, OrderType.LIMIT: ResponseType.FULL}
RENDERERS = {
    ResponseType.ACK: render.acknowledgement,
    ResponseType.RESULT: render.result,
    ResponseType.FULL: render.full,
}


def new_order(call: SignedCall) -> Answer:
    """`POST /api/v3/order`."""
    request, response = _read(call)
    limits, account = call.venue.limits, call.account
    limits.check_order(account.api_key)
    if call.faults.reject:
        call.venue.engine.test(account, request, now_ms=call.now_ms)
        raise RejectedByVenue(request.symbol)
    order = call.venue.engine.place(
        account, request, now_ms=call.now_ms, liquidity=call.faults.liquidity
    )
    limits.count_order(account.api_key)
    return RENDERERS[response](order)


def new_order_test(call: SignedCall) -> Answer:
    """`POST /api/v3/order/test`: checks an order without placing it."""
    request, _ = _read(call)
    call.venue.engine.test(call.account, request, now_ms=call.now_ms)
    if not call.parameters.flag("computeCommissionRates"):
        return {}
    fees = call.venue.engine.fees
    rates = {"maker": render.amount(fees.maker), "taker": render.amount(fees.taker)}
    return {"standardCommissionForOrder": rates}


def query_order(call: SignedCall) -> Answer:
    """`GET /api/v3/order`."""
    return render.queried(_find(call))


def cancel_order(call: SignedCall) -> Answer:
    """`DELETE /api/v3/order`."""
    sent = call.parameters
    symbol = sent.symbol()
    order_id, client_order_id = _reference(call)
    cancel_id = sent.text("newClientOrderId", CLIENT_ORDER_ID)
    restriction = sent.choice(
        "cancelRestrictions", CancelRestriction, -1145, "Invalid cancelRestrictions"
    )
    if restriction is not None and _find(call).status is not restriction.status:
        raise BinanceError(-2011, "Order was not canceled due to cancel restrictions.")
    order = call.venue.engine.cancel(
        call.account,
        symbol,
        order_id=order_id,
        client_order_id=client_order_id,
        now_ms=call.now_ms,
    )
    return render.canceled(order, cancel_id or _cancel_id(order))


def cancel_open_orders(call: SignedCall) -> Answer:
    """`DELETE /api/v3/openOrders`: -2011 if there is none."""
    symbol = call.instrument().symbol
    orders = call.venue.engine.cancel_all(call.account, symbol, now_ms=call.now_ms)
    if not orders:
        raise BinanceError(-2011, "Unknown order sent.")
    return [render.canceled(order, _cancel_id(order)) for order in orders]


def cancel_replace(_call: SignedCall) -> Answer:
    """`POST /api/v3/order/cancelReplace`: exchangeInfo says that no symbol has it."""
    raise BinanceError(-2010, "Order cancel-replace is not supported for this symbol.")


def open_orders(call: SignedCall) -> Answer:
    """`GET /api/v3/openOrders`: of one symbol or of all."""
    symbol = call.instrument().symbol if "symbol" in call.parameters else None
    orders = call.venue.engine.open_orders(call.account, symbol, now_ms=call.now_ms)
    return [render.queried(order) for order in orders]


def all_orders(call: SignedCall) -> Answer:
    """`GET /api/v3/allOrders`: open and done, oldest first."""
    sent = call.parameters
    orders = call.venue.engine.all_orders(
        call.account,
        call.instrument().symbol,
        now_ms=call.now_ms,
        order_id=sent.integer("orderId"),
        start_ms=sent.integer("startTime"),
        end_ms=sent.integer("endTime"),
        limit=sent.limit(500, 1_000),
    )
    return [render.queried(order) for order in orders]


def _read(call: SignedCall) -> tuple[OrderRequest, ResponseType]:
    sent = call.parameters
    symbol = call.instrument().symbol
    side = sent.required_choice("side", Side, -1117, "Invalid side.")
    kind = sent.required_choice("type", OrderType, -1116, "Invalid orderType.")
    for name, message in UNSUPPORTED.items():
        if name in sent:
            raise BinanceError(-2010, message)
    response = sent.choice(
        "newOrderRespType", ResponseType, -1136, "Invalid newOrderRespType."
    ) or DEFAULT_RESPONSE.get(kind, ResponseType.ACK)
    sent.choice("selfTradePreventionMode", Prevention, -1130, "Invalid selfTradePreventionMode.")
    sent.integer("strategyId")
    strategy = sent.integer("strategyType")
    if strategy is not None and strategy < LOWEST_STRATEGY_TYPE:
        raise BinanceError(-1134, "strategyType was less than 1000000.")
    request = OrderRequest(
        symbol=symbol,
        side=side,
        type=kind,
        time_in_force=_time_in_force(call, kind),
        quantity=sent.decimal("quantity"),
        quote_quantity=sent.decimal("quoteOrderQty"),
        price=sent.decimal("price"),
        stop_price=sent.decimal("stopPrice"),
        client_order_id=sent.text("newClientOrderId", CLIENT_ORDER_ID),
    )
    if kind is OrderType.MARKET and request.quantity is None and request.quote_quantity is None:
        raise BinanceError.either_mandatory("quantity", "quoteOrderQty")
    return request, response


def _time_in_force(call: SignedCall, kind: OrderType) -> TimeInForce:
    sent = call.parameters
    if kind not in TIMED:
        if "timeInForce" in sent:
            raise BinanceError.not_required("timeInForce")
        return TimeInForce.GTC
    return sent.required_choice("timeInForce", TimeInForce, -1115, "Invalid timeInForce.")


def _reference(call: SignedCall) -> tuple[int | None, str | None]:
    sent = call.parameters
    order_id = sent.integer("orderId")
    client_order_id = sent.text("origClientOrderId", CLIENT_ORDER_ID)
    if order_id is None and client_order_id is None:
        raise BinanceError.either_mandatory("origClientOrderId", "orderId")
    return order_id, None if order_id is not None else client_order_id


def _find(call: SignedCall) -> Order:
    symbol = call.instrument().symbol
    order_id, client_order_id = _reference(call)
    return call.venue.engine.query(
        call.account,
        symbol,
        order_id=order_id,
        client_order_id=client_order_id,
        now_ms=call.now_ms,
    )


def _cancel_id(order: Order) -> str:
    """A name for a cancellation, the same each time for the same order."""
    return sha256(f"cancel {order.order_id}".encode()).hexdigest()[:22]
