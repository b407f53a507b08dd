"""Orders, fills and balances as Binance's JSON objects."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from aurum_plugins.sandbox.matching import Account, Fill, Order

NO_LIST = -1
NO_PREVENTION = "NONE"


def amount(value: Decimal | None) -> str:
    """Eight decimals; zero for None."""
    return f"{value or Decimal(0):.8f}"


def acknowledgement(order: Order) -> dict[str, Any]:
    """`newOrderRespType=ACK`: taken, and nothing else."""
    return {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": NO_LIST,
        "clientOrderId": order.client_order_id,
        "transactTime": order.updated_ms,
    }


def result(order: Order) -> dict[str, Any]:
    """`newOrderRespType=RESULT`: what became of it at once."""
    return {**acknowledgement(order), **_state(order)}


def full(order: Order) -> dict[str, Any]:
    """`newOrderRespType=FULL`: its fills too."""
    return {
        **result(order),
        "fills": [
            {
                "price": amount(fill.price),
                "qty": amount(fill.quantity),
                "commission": amount(fill.commission),
                "commissionAsset": fill.commission_asset,
                "tradeId": fill.trade_id,
            }
            for fill in order.fills
        ],
    }


def queried(order: Order) -> dict[str, Any]:
    """An order as `GET order`, `openOrders` and `allOrders` show it."""
    shown = {**acknowledgement(order), **_state(order)}
    del shown["transactTime"]
    return {
        **shown,
        "stopPrice": amount(order.stop_price),
        "icebergQty": amount(None),
        "time": order.created_ms,
        "updateTime": order.updated_ms,
        "isWorking": order.is_working,
    }


def canceled(order: Order, cancel_id: str) -> dict[str, Any]:
    """An order as its cancellation shows it; `clientOrderId` names the cancellation."""
    shown = result(order)
    del shown["workingTime"]
    return {**shown, "origClientOrderId": order.client_order_id, "clientOrderId": cancel_id}


def trade(fill: Fill) -> dict[str, Any]:
    """A fill as `myTrades` shows it."""
    return {
        "symbol": fill.symbol,
        "id": fill.trade_id,
        "orderId": fill.order_id,
        "orderListId": NO_LIST,
        "price": amount(fill.price),
        "qty": amount(fill.quantity),
        "quoteQty": amount(fill.quote_quantity),
        "commission": amount(fill.commission),
        "commissionAsset": fill.commission_asset,
        "time": fill.time_ms,
        "isBuyer": fill.side == "BUY",
        "isMaker": fill.is_maker,
        "isBestMatch": True,
    }


def balance(account: Account, asset: str) -> dict[str, str]:
    """One asset of an account."""
    funds = account.balances
    return {
        "asset": asset,
        "free": amount(funds.free(asset)),
        "locked": amount(funds.locked(asset)),
    }


def _state(order: Order) -> dict[str, Any]:
    state = {
        "price": amount(order.price),
        "origQty": amount(order.quantity),
        "executedQty": amount(order.executed),
        "origQuoteOrderQty": amount(order.quote_quantity),
        "cummulativeQuoteQty": amount(order.cumulative_quote),
        "status": order.status,
        "timeInForce": order.time_in_force,
        "type": order.type,
        "side": order.side,
        "workingTime": NO_LIST if order.working_ms is None else order.working_ms,
        "selfTradePreventionMode": NO_PREVENTION,
    }
    return state if order.stop_price is None else state | {"stopPrice": amount(order.stop_price)}
