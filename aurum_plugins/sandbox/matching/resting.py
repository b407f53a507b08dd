"""The open orders of one symbol, waiting for the price to come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from aurum_plugins.sandbox.matching.live import LiveOrder
from aurum_plugins.sandbox.matching.orders import OrderType, Side

# Share of the flow at exactly its price that an order gets: others queue there, too.
SHARE_AT_PRICE = 0.3

_FALLS_TO_STOP = frozenset(
    {
        (Side.SELL, OrderType.STOP_LOSS),
        (Side.SELL, OrderType.STOP_LOSS_LIMIT),
        (Side.BUY, OrderType.TAKE_PROFIT),
        (Side.BUY, OrderType.TAKE_PROFIT_LIMIT),
    }
)


class Reach(NamedTuple):
    """Prices at which something can happen, whole ticks: `down` or less, `up` or more."""

    down: int
    up: int


NOWHERE = Reach(down=-1, up=2**62)


def falls_to_stop(side: Side, kind: OrderType) -> bool:
    """Whether a stop order triggers when the price falls (else: when it rises)."""
    return (side, kind) in _FALLS_TO_STOP


class RestingOrders:
    """Open orders of every account in one symbol, in price-time priority."""

    def __init__(self) -> None:
        self._bids: list[LiveOrder] = []
        self._asks: list[LiveOrder] = []
        self._stops: list[LiveOrder] = []
        self._reach = NOWHERE

    def __len__(self) -> int:
        return len(self._bids) + len(self._asks) + len(self._stops)

    @property
    def reach(self) -> Reach:
        """Where the price must go for anything to happen."""
        return self._reach

    def add(self, live: LiveOrder) -> None:
        """Let an order wait: for its stop if it is not working yet, else for its price."""
        queue = self._queue(live)
        queue.append(live)
        queue.sort(key=_PRIORITY[live.order.side] if live.order.is_working else _by_time)
        self._measure()

    def remove(self, live: LiveOrder) -> None:
        """Forget an order."""
        self._queue(live).remove(live)
        self._measure()

    def match(self, ticks: int, flow: float) -> Iterator[tuple[LiveOrder, int]]:
        """Share the flow of one second out to the orders that its price reaches.

        Parameters
        ----------
        ticks : int
            Traded price.
        flow : float
            Quantity that orders here may take from that second, lots, for each side.

        Yields
        ------
        LiveOrder, int
            An order and the whole lots that it gets, at least 1. Less than a lot is carried to
            the order's next second.
        """
        for queue, sign in ((self._bids, 1), (self._asks, -1)):
            used = 0.0
            for live in list(queue):
                beyond = sign * (live.price_ticks - ticks)
                if beyond < 0:
                    break
                entitled = flow * (1.0 if beyond > 0 else SHARE_AT_PRICE) - used
                if entitled <= 0:
                    continue
                before = live.carry
                wanted = live.remaining_lots
                lots = min(wanted, int(before + entitled))
                # Who is filled leaves the rest of the flow to the next in the queue.
                used += max(0.0, lots - before) if lots == wanted else entitled
                live.carry = before + entitled - lots
                if lots:
                    yield live, lots

    def triggered(self, ticks: int) -> list[LiveOrder]:
        """Stop orders that a price sets off, oldest first."""
        return [live for live in self._stops if _sets_off(live, ticks)]

    def _queue(self, live: LiveOrder) -> list[LiveOrder]:
        if not live.order.is_working:
            return self._stops
        return self._bids if live.order.side is Side.BUY else self._asks

    def _measure(self) -> None:
        down, up = NOWHERE
        if self._bids:
            down = self._bids[0].price_ticks
        if self._asks:
            up = self._asks[0].price_ticks
        for live in self._stops:
            if falls_to_stop(live.order.side, live.order.type):
                down = max(down, live.stop_ticks)
            else:
                up = min(up, live.stop_ticks)
        self._reach = Reach(down, up)


def _by_time(live: LiveOrder) -> tuple[int, int]:
    return 0, live.sequence


_PRIORITY: dict[Side, Callable[[LiveOrder], tuple[int, int]]] = {
    Side.BUY: lambda live: (-live.price_ticks, live.sequence),
    Side.SELL: lambda live: (live.price_ticks, live.sequence),
}


def _sets_off(live: LiveOrder, ticks: int) -> bool:
    if falls_to_stop(live.order.side, live.order.type):
        return ticks <= live.stop_ticks
    return ticks >= live.stop_ticks
