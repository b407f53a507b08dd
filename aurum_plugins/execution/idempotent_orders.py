"""One decision, at most one order, whatever the network does.

A connection that breaks while an order is sent leaves its outcome unknown: the exchange may have
taken it. Sending it again can buy twice. So every order carries a client order id of ours, and
when the answer is lost the order is looked up by that id before anything else is done.

Outcomes, after a send that failed without an answer from the exchange:

=====================  ==================================================================
the look-up says       what follows
=====================  ==================================================================
the order exists       its state is returned, as if the answer had arrived
no such order, or      the original error is raised, and the next order on the same symbol
nothing (venue dark)   and side starts by settling this one, once the exchange would refuse it
                       as too old; none is sent while the exchange cannot be asked
=====================  ==================================================================

freqtrade asks for all orders of a symbol when a balance is not what it expects, and books those
that it did not know. An order that it was told of in this way counts as settled.

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
from dataclasses import dataclass
from typing import Any

import ccxt

logger = logging.getLogger(__name__)

# Exchanges on which the look-up by client order id was tested against their API.
SUPPORTED = frozenset({"binance"})
# An order that was on its way may appear a moment later: seconds before each look-up.
LOOKUP_DELAYS = (0.5, 1.0, 2.0)
# Seconds after which Binance refuses a request as too old: ccxt's default `recvWindow`.
RECEIVE_WINDOW = 10.0
# Failures of ccxt's network kind that say for certain that the exchange did not take the request.
REFUSED = (ccxt.DDoSProtection, ccxt.RateLimitExceeded, ccxt.InvalidNonce)

Order = dict[str, Any]


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


@dataclass(frozen=True)
class _Unsettled:
    client_order_id: str
    sent_at: float


class IdempotentOrders:
    """Sends orders through a ccxt exchange so that a lost answer never doubles one.

    Parameters
    ----------
    api : ccxt.Exchange
        A synchronous exchange whose `fetch_order` finds orders by `clientOrderId`.
    send : callable, optional
        What sends an order; `api.create_order` as it is now by default.
    sleep : callable, optional
        Waits a number of seconds; injected by tests.
    monotonic : callable, optional
        Seconds of a clock that never goes back; injected by tests.
    """

    def __init__(
        self,
        api: Any,
        *,
        send: Callable[..., Order] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._send = send or api.create_order
        self._list = api.fetch_orders
        self._sleep = sleep
        self._monotonic = monotonic
        self._unsettled: dict[tuple[str, str], _Unsettled] = {}

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

        Raises
        ------
        OutcomeUnknown
            If an earlier order on symbol and side may exist and could not be looked up.
        ccxt.BaseError
            What ccxt raised, where the exchange did not take the order or could not be asked.
        """
        earlier = self._settle(symbol, side)
        if earlier is not None:
            return earlier
        client_order_id = f"aurum-{uuid.uuid4().hex[:28]}"
        params = {"clientOrderId": client_order_id, **(params or {})}
        try:
            return self._send(symbol, type, side, amount, price, params)
        except ccxt.BaseError as error:
            if not _outcome_unknown(error):
                raise
            return self._look_up(symbol, side, params["clientOrderId"], error)
        except Exception as error:  # noqa: BLE001 - an answer that ccxt could not read
            unreadable = ccxt.ExchangeNotAvailable(f"unreadable answer: {error!r}")
            return self._look_up(symbol, side, params["clientOrderId"], unreadable)

    def fetch_orders(self, symbol: str | None = None, *args: Any, **kwargs: Any) -> list[Order]:
        """Ask for orders, with ccxt's own parameters and result; those told of are settled."""
        orders: list[Order] = self._list(symbol, *args, **kwargs)
        told = {order.get("clientOrderId") for order in orders}
        for key, unsettled in list(self._unsettled.items()):
            if unsettled.client_order_id in told:
                self._unsettled.pop(key, None)
        return orders

    def _look_up(
        self, symbol: str, side: str, client_order_id: str, error: ccxt.BaseError
    ) -> Order:
        """Find out what became of an order whose answer was lost; raise `error` if it is not."""
        logger.warning("Order %s on %s got no answer (%s).", client_order_id, symbol, error)
        self._unsettled[symbol, side] = _Unsettled(client_order_id, self._monotonic())
        for delay in LOOKUP_DELAYS:
            self._sleep(delay)
            try:
                found = self._find(symbol, client_order_id)
            except Exception as reason:  # noqa: BLE001 - any failure to ask leaves it open
                logger.warning("Look-up of order %s failed: %r", client_order_id, reason)
                continue
            if found is not None:
                logger.warning("Order %s had been taken: %s.", client_order_id, found["id"])
                self._unsettled.pop((symbol, side), None)
                return found
        raise error

    def _settle(self, symbol: str, side: str) -> Order | None:
        """Learn the fate of an unsettled order; its state if it stands for the new one."""
        unsettled = self._unsettled.get((symbol, side))
        if unsettled is None:
            return None
        self._sleep(max(0.0, unsettled.sent_at + RECEIVE_WINDOW - self._monotonic()))
        try:
            found = self._find(symbol, unsettled.client_order_id)
        except Exception as error:
            raise OutcomeUnknown(symbol, unsettled.client_order_id) from error
        self._unsettled.pop((symbol, side), None)
        if found is None or (not found["filled"] and found["status"] != "open"):
            return None
        logger.warning("Order %s stands for the new one on %s.", found["id"], symbol)
        return found

    def _find(self, symbol: str, client_order_id: str) -> Order | None:
        try:
            found: Order = self._api.fetch_order(None, symbol, {"clientOrderId": client_order_id})
        except ccxt.OrderNotFound:
            return None
        return found


def guard(api: Any) -> bool:
    """Make a ccxt exchange's `create_order` idempotent, if its look-up is known to work.

    Its `fetch_orders` is replaced as well.

    Returns
    -------
    bool
        False for an exchange outside `SUPPORTED`, which is left as it was.
    """
    if api.id not in SUPPORTED:
        logger.warning(
            "Orders on %s are not protected against lost answers: its look-up by client order "
            "id was not tested.",
            api.id,
        )
        return False
    orders = IdempotentOrders(api)
    api.create_order = orders.create_order
    api.fetch_orders = orders.fetch_orders
    return True


def _outcome_unknown(error: ccxt.BaseError) -> bool:
    # A bare ExchangeError is a status or an error code that ccxt does not know, such as 524.
    unanswered = isinstance(error, ccxt.OperationFailed) or type(error) is ccxt.ExchangeError
    return unanswered and not isinstance(error, REFUSED)
