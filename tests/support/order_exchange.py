"""The part of a ccxt exchange that orders need, to be broken and killed in."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import ccxt

Order = dict[str, Any]


class Killed(BaseException):
    """The process ends here; nothing of it may catch this."""


class OrderExchange:
    """Takes orders into `book`; `failures` are raised in turn, before or after that.

    Attributes
    ----------
    book : dict of str to dict
        Orders taken, by client order id.
    sent : list of str
        Client order ids of all orders that came, also of those that were lost on the way.
    failures : list of (str, BaseException)
        For the next orders: "before" or "after" it was taken, and what is raised then.
    lookups : list of BaseException or None
        What the next look-ups fail with.
    held : dict of str to float
        Balances.
    """

    id = "binance"

    def __init__(self) -> None:
        self.book: dict[str, Order] = {}
        self.sent: list[str] = []
        self.failures: list[tuple[str, BaseException | None]] = []
        self.lookups: list[BaseException | None] = []
        self.held: defaultdict[str, float] = defaultdict(float)

    def create_order(
        self,
        symbol: str,
        _type: str,
        side: str,
        amount: float,
        _price: float | None,
        params: dict[str, Any],
    ) -> Order:
        client_id = params["clientOrderId"]
        self.sent.append(client_id)
        moment, error = self.failures.pop(0) if self.failures else ("", None)
        if moment == "before" and error is not None:
            raise error
        order = {
            "id": str(len(self.sent)),
            "side": side,
            "status": "open",
            "filled": 0.0,
            "amount": amount,
            "symbol": symbol,
            "clientOrderId": client_id,
        }
        self.book[client_id] = order
        if moment == "after" and error is not None:
            raise error
        return order

    def fetch_order(self, _id: None, _symbol: str, params: dict[str, Any]) -> Order:
        error = self.lookups.pop(0) if self.lookups else None
        if error is not None:
            raise error
        try:
            return self.book[params["clientOrderId"]]
        except KeyError:
            raise ccxt.OrderNotFound("-2013") from None

    def fetch_orders(self, symbol: str, since: int | None = None) -> list[Order]:
        return [order for order in self.book.values() if order["symbol"] == symbol]

    def fetch_balance(self) -> dict[str, Any]:
        return {"total": dict(self.held)}

    def fill(self, client_order_id: str) -> None:
        """Let an order trade whole."""
        order = self.book[client_order_id]
        order |= {"status": "closed", "filled": order["amount"]}
        sign = 1 if order["side"] == "buy" else -1
        self.held[order["symbol"].split("/")[0]] += sign * order["amount"]
