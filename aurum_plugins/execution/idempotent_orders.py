"""One decision, at most one order, whatever the network does and whenever the process dies.

A connection that breaks while an order is sent leaves its outcome unknown: the exchange may have
taken it. Sending it again can buy twice. So every order carries a client order id of ours, is
written down before it leaves, and is looked up by that id before anything else is done. The same
goes for an order whose process was killed before the bot had booked it.

Outcomes, after a send that failed without an answer from the exchange:

=====================  ==================================================================
the look-up says       what follows
=====================  ==================================================================
the order exists       its state is returned, as if the answer had arrived
no such order, or      the original error is raised, and the next order on the same symbol
nothing (venue dark)   and side starts by settling this one, once the exchange would refuse it
                       as too old; none is sent while the exchange cannot be asked
=====================  ==================================================================

An order found in settling stands for the new one: it is returned instead of sending another. In
this way the bot comes to book an entry or an exit that it had lost.

freqtrade asks for all orders of a symbol when a balance is not what it expects, and books those
that it did not know.

References
----------
Binance spot API, "General information": HTTP 5XX return codes and timeouts mean that the
execution status is unknown and could have been a success.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

import ccxt

from aurum_plugins.clock import WallClock
from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.execution.order_errors import (
    NothingToTakeUp,
    OrderNotRecorded,
    outcome_unknown,
)
from aurum_plugins.execution.order_fate import Order, OrderFate, UnbookedOrder
from aurum_plugins.execution.order_record import OrderRecord
from aurum_plugins.execution.recorded_order import OrderState

logger = logging.getLogger(__name__)

# Exchanges on which the look-up by client order id was tested against their API.
SUPPORTED = frozenset({"binance"})
# An order that was on its way may appear a moment later: seconds before each look-up.
LOOKUP_DELAYS = (0.5, 1.0, 2.0)


class IdempotentOrders:
    """Sends orders through a ccxt exchange so that a lost answer never doubles one.

    Parameters
    ----------
    api : ccxt.Exchange
        A synchronous exchange whose `fetch_order` finds orders by `clientOrderId`.
    record : OrderRecord, optional
        Where orders are written down; in memory only by default.
    is_booked : callable, optional
        Whether the bot's own books, as they would be found after a restart, have an order, by pair
        and the exchange's order id. Without it an order counts as booked once it was returned.
    send : callable, optional
        What sends an order; `api.create_order` as it is now by default.
    sleep : callable, optional
        Waits a number of seconds; injected by tests.

    Attributes
    ----------
    record : OrderRecord
    """

    def __init__(
        self,
        api: Any,
        record: OrderRecord | None = None,
        *,
        is_booked: Callable[[str, str], bool] | None = None,
        send: Callable[..., Order] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.record = record or OrderRecord(None, "", WallClock())
        self._fate = OrderFate(api, self.record, is_booked)
        self._send = send or api.create_order
        self._list = api.fetch_orders
        self._sleep = sleep
        self._to_take_up: set[str] = set()
        self._after_return = OrderState.TAKEN if is_booked else OrderState.SETTLED

    def create_order(
        self,
        symbol: str,
        type: str,  # noqa: A002 - ccxt's own name
        side: str,
        amount: float,
        price: float | None = None,
        params: dict[str, Any] | None = None,
    ) -> Order:
        """Send one order, with ccxt's own parameters and result.

        An order that closes a position is sent even if it cannot be written down.

        Raises
        ------
        OutcomeUnknown
            If an earlier order on symbol and side may exist and could not be looked up.
        OrderNotRecorded
            If an order that opens a position could not be written down; nothing was sent.
        NothingToTakeUp
            After `only_take_up`, if there was nothing to take up; nothing was sent.
        ccxt.BaseError
            What ccxt raised, where the exchange did not take the order or could not be asked.
        """
        params = {"clientOrderId": f"aurum-{uuid.uuid4().hex[:28]}", **(params or {})}
        closes = side == "sell" or bool(params.get("reduceOnly"))
        must_be_found = not closes and symbol in self._to_take_up
        if must_be_found:
            self._to_take_up.discard(symbol)
        earlier = self._settle(symbol, side)
        if earlier is not None:
            return earlier
        if must_be_found:
            raise NothingToTakeUp(symbol)
        self._write_down(symbol, type, side, amount, price, params["clientOrderId"], closes=closes)
        return self._send_new(symbol, type, side, amount, price, params)

    def fetch_orders(self, symbol: str | None = None, *args: Any, **kwargs: Any) -> list[Order]:
        """Ask for orders, with ccxt's own parameters and result; the bot books what it is told."""
        orders: list[Order] = self._list(symbol, *args, **kwargs)
        unsettled = {order.client_order_id for order in self.record.unsettled()}
        for order in orders:
            client_order_id = order.get("clientOrderId")
            if client_order_id in unsettled:
                self._answer(client_order_id, order)
        return orders

    def unbooked(self) -> list[UnbookedOrder]:
        """Orders of ours that the exchange took and the bot's books do not have.

        Cheap while every order is booked. Those of the last seconds are left out: the bot may be
        about to book them. An order that the exchange cannot be asked about is left out, too, and
        asked about again the next time. What could not be written down before is tried once more.
        """
        self.record.flush()
        found = (self._fate.unbooked(order) for order in self.record.unsettled())
        return [order for order in found if order is not None]

    def only_take_up(self, symbol: str) -> None:
        """Let the next entry on a symbol be answered with an unbooked order, and send none.

        For an entry that passed no check, because its order was sent long ago.
        """
        self._to_take_up.add(symbol)

    def _settle(self, symbol: str, side: str) -> Order | None:
        """Learn the fate of unsettled orders; the state of one that stands for the new one."""
        for unsettled in self.record.unsettled(symbol, side):
            if self._fate.settled_by_books(unsettled, unsettled.exchange_order_id):
                continue
            self._sleep(self._fate.seconds_until_certain(unsettled))
            found = self._fate.learn(unsettled)
            if found is not None:
                logger.warning("Order %s stands for the new one on %s.", found["id"], symbol)
                return self._answer(unsettled.client_order_id, found)
        return None

    def _write_down(
        self,
        symbol: str,
        order_type: str,
        side: str,
        amount: float,
        price: float | None,
        client_order_id: str,
        *,
        closes: bool,
    ) -> None:
        try:
            self.record.leave(
                client_order_id, symbol, side, order_type, amount, price, must_be_written=not closes
            )
        except DatabaseUnavailable as error:
            raise OrderNotRecorded(symbol, client_order_id, error.reason) from error
        if not closes:
            # No exit of an earlier position may stand for one of the position that opens now.
            for sale in self.record.unsettled(symbol, "sell"):
                detail = "followed by an entry"
                self.record.learn(sale.client_order_id, OrderState.SETTLED, detail=detail)

    def _send_new(
        self,
        symbol: str,
        order_type: str,
        side: str,
        amount: float,
        price: float | None,
        params: dict[str, Any],
    ) -> Order:
        client_order_id = params["clientOrderId"]
        try:
            order = self._send(symbol, order_type, side, amount, price, params)
        except ccxt.BaseError as error:
            if outcome_unknown(error):
                return self._look_up(symbol, client_order_id, error)
            self.record.learn(client_order_id, OrderState.REFUSED, detail=repr(error))
            raise
        except Exception as error:  # noqa: BLE001 - an answer that ccxt could not read
            unreadable = ccxt.ExchangeNotAvailable(f"unreadable answer: {error!r}")
            return self._look_up(symbol, client_order_id, unreadable)
        return self._answer(client_order_id, order)

    def _look_up(self, symbol: str, client_order_id: str, error: ccxt.BaseError) -> Order:
        """Find out what became of an order whose answer was lost; raise `error` if it is not."""
        logger.warning("Order %s on %s got no answer (%s).", client_order_id, symbol, error)
        self.record.learn(client_order_id, OrderState.UNKNOWN, detail=repr(error))
        for delay in LOOKUP_DELAYS:
            self._sleep(delay)
            try:
                found = self._fate.find(symbol, client_order_id)
            except Exception as reason:  # noqa: BLE001 - any failure to ask leaves it open
                logger.warning("Look-up of order %s failed: %r", client_order_id, reason)
                continue
            if found is not None:
                logger.warning("Order %s had been taken: %s.", client_order_id, found["id"])
                return self._answer(client_order_id, found)
        raise error

    def _answer(self, client_order_id: str, order: Order) -> Order:
        """Note that the exchange has an order, whose state the bot is told now."""
        self.record.learn(client_order_id, self._after_return, exchange_order_id=str(order["id"]))
        return order


def guard(
    api: Any,
    record: OrderRecord | None = None,
    is_booked: Callable[[str, str], bool] | None = None,
) -> IdempotentOrders | None:
    """Make a ccxt exchange's `create_order` idempotent, if its look-up is known to work.

    Its `fetch_orders` is replaced as well.

    Returns
    -------
    IdempotentOrders or None
        None for an exchange outside `SUPPORTED`, which is left as it was.
    """
    if api.id not in SUPPORTED:
        logger.warning(
            "Orders on %s are not protected against lost answers: its look-up by client order "
            "id was not tested.",
            api.id,
        )
        return None
    orders = IdempotentOrders(api, record, is_booked=is_booked)
    api.create_order = orders.create_order
    api.fetch_orders = orders.fetch_orders
    return orders
