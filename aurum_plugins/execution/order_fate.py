"""What became of an order that the bot may not know of."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import ccxt

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.execution.order_errors import OutcomeUnknown
from aurum_plugins.execution.order_record import OrderRecord
from aurum_plugins.execution.recorded_order import OrderState, RecordedOrder

logger = logging.getLogger(__name__)

# Seconds after which Binance refuses a request as too old: ccxt's default `recvWindow`.
RECEIVE_WINDOW: Final = 10.0
# Share of a purchase that must still be held; freqtrade sells no position that misses more.
STILL_HELD: Final = 0.98

Order = dict[str, Any]


@dataclass(frozen=True)
class UnbookedOrder:
    """An order of ours that the exchange took and the bot's books do not have.

    Attributes
    ----------
    recorded : RecordedOrder
        As it was written down.
    order : dict
        As the exchange shows it now, in ccxt's terms: `status`, `filled`, `average`, `cost`.
    """

    recorded: RecordedOrder
    order: Order


class OrderFate:
    """Asks the exchange and the bot's books about unsettled orders, and settles them.

    ==================================  ============================================
    what is found                       what follows
    ==================================  ============================================
    the books have it                   settled
    it ended without a trade            settled
    a purchase that is not held (sold   settled, with a line in the log
    by hand, for example)
    the exchange does not have it       refused, once it could no longer arrive
    open or filled, and not booked      it is for the bot to book
    ==================================  ============================================

    Parameters
    ----------
    api : ccxt.Exchange
    record : OrderRecord
    is_booked : callable or None
        See `IdempotentOrders`.
    """

    def __init__(
        self,
        api: Any,
        record: OrderRecord,
        is_booked: Callable[[str, str], bool] | None,
    ) -> None:
        self._api = api
        self._record = record
        self._is_booked = is_booked

    def find(self, symbol: str, client_order_id: str) -> Order | None:
        """An order as the exchange has it; None if it has none of this client order id."""
        try:
            found: Order = self._api.fetch_order(None, symbol, {"clientOrderId": client_order_id})
        except ccxt.OrderNotFound:
            return None
        return found

    def seconds_until_certain(self, order: RecordedOrder) -> float:
        """How long to wait before an order that is not found never will be, nor be booked."""
        passed = (self._record.clock.now_ms() - order.updated_ms) / SECOND_MS
        # A clock that was set back must not make the wait longer.
        return min(max(RECEIVE_WINDOW - passed, 0.0), RECEIVE_WINDOW)

    def settled_by_books(self, order: RecordedOrder, exchange_order_id: str | None) -> bool:
        """Whether the bot's books have an order, which is settled then.

        Raises
        ------
        OutcomeUnknown
            If the books cannot be read.
        """
        if exchange_order_id is None or self._is_booked is None:
            return False
        try:
            is_booked = self._is_booked(order.pair, exchange_order_id)
        except Exception as error:
            raise OutcomeUnknown(order.pair, order.client_order_id) from error
        if is_booked:
            self._settle(order, exchange_order_id)
        return is_booked

    def learn(self, order: RecordedOrder) -> Order | None:
        """Settle an order, or return its state if it is for the bot to book.

        Raises
        ------
        OutcomeUnknown
            If the exchange or the books could not be asked.
        """
        try:
            found = self.find(order.pair, order.client_order_id)
            is_lost = found is not None and self._is_gone(found)
        except Exception as error:
            raise OutcomeUnknown(order.pair, order.client_order_id) from error
        if found is None:
            detail = "the exchange does not have it"
            self._record.learn(order.client_order_id, OrderState.REFUSED, detail=detail)
            return None
        exchange_order_id = str(found["id"])
        if self.settled_by_books(order, exchange_order_id):
            return None
        if not found["filled"] and found["status"] != "open":
            self._settle(order, exchange_order_id, f"it ended {found['status']}, unfilled")
            return None
        if is_lost:
            logger.error(
                "Order %s bought %s on %s while nobody took note, and less than that is held now: "
                "it is left out of account.",
                exchange_order_id,
                found["filled"],
                order.pair,
            )
            self._settle(order, exchange_order_id, "what it bought is not held any more")
            return None
        return found

    def unbooked(self, order: RecordedOrder) -> UnbookedOrder | None:
        """Settle an order if that takes no wait; the order if it is for the bot to book."""
        try:
            # One that is leaving is being sent by another thread at this moment.
            if (
                order.state is OrderState.LEAVING
                or self.settled_by_books(order, order.exchange_order_id)
                or self.seconds_until_certain(order) > 0
            ):
                return None
            found = self.learn(order)
        except OutcomeUnknown as error:
            logger.warning("%s", error)
            return None
        return None if found is None else UnbookedOrder(order, found)

    def _settle(self, order: RecordedOrder, exchange_order_id: str, detail: str = "") -> None:
        self._record.learn(
            order.client_order_id,
            OrderState.SETTLED,
            exchange_order_id=exchange_order_id,
            detail=detail,
        )

    def _is_gone(self, found: Order) -> bool:
        """Whether a finished spot purchase is no longer among what is held."""
        base, _, quote = found["symbol"].partition("/")
        if found["side"] != "buy" or found["status"] == "open" or ":" in quote:
            return False
        if not found["filled"]:
            return False
        held = self._api.fetch_balance()["total"].get(base) or 0.0
        return bool(held < found["filled"] * STILL_HELD)
