"""Orders that the exchange took and freqtrade does not know, because its process died in between.

An entry is taken over by entering once more: freqtrade asks for the order, and is answered with the
one that is there (see `aurum_plugins.execution.idempotent_orders`). An exit likewise. Neither asks
for locks, slots or the list of pairs: the position exists, and wants a stop.
"""

from __future__ import annotations

import logging
from typing import Any

from aurum_plugins.execution.order_fate import UnbookedOrder

logger = logging.getLogger(__name__)

TAG = "recovered"


class RecoveredOrders:
    """What is still to be taken over, by pair.

    Parameters
    ----------
    strategy : freqtrade.strategy.IStrategy
    """

    def __init__(self, strategy: Any) -> None:
        self._strategy = strategy
        self._entries: dict[str, UnbookedOrder] = {}
        self._exits: dict[str, UnbookedOrder] = {}

    def look(self) -> None:
        """Ask which of our orders freqtrade does not know; call it once in each loop."""
        orders = self._orders
        if orders is None:
            return
        try:
            unbooked = orders.unbooked()
        except Exception:
            logger.exception("Whether an order was lost could not be found out.")
            return
        entries, exits = (
            {found.recorded.pair: found for found in unbooked if found.recorded.side == side}
            for side in ("buy", "sell")
        )
        for pair in (entries.keys() - self._entries.keys()) | (exits.keys() - self._exits.keys()):
            logger.warning("%s: an order of ours is in no trade and is taken over.", pair)
        self._entries, self._exits = entries, exits

    def entries(self) -> tuple[str, ...]:
        """Pairs whose entry is to be taken over."""
        return tuple(self._entries)

    def has_exit(self, pair: str) -> bool:
        """Whether an exit of the pair is to be taken over."""
        return pair in self._exits

    def stake(self, pair: str) -> float:
        """What the pair's lost entry cost, or will cost, quote currency; 0 if there is none."""
        found = self._entries.get(pair)
        if found is None:
            return 0.0
        order = found.order
        amount, price = order.get("amount"), order.get("average") or order.get("price")
        return float(order.get("cost") or 0.0) or float(amount or 0.0) * float(price or 0.0)

    def take_up(self, pair: str) -> bool:
        """Let freqtrade's next entry of the pair be answered with the lost one alone."""
        orders = self._orders
        if orders is None or self._entries.pop(pair, None) is None:
            return False
        orders.only_take_up(pair)
        return True

    @property
    def _orders(self) -> Any:
        return guarded_orders(self._strategy)


def guarded_orders(strategy: Any) -> Any:
    """The guard of a live exchange's orders; None in a dry run and in a backtest."""
    # freqtrade offers no other way to it.
    return getattr(getattr(strategy.dp, "_exchange", None), "aurum_orders", None)
