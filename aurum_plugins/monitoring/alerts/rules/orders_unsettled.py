"""It is not known what became of orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.elapsed_time import elapsed
from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.rules.worst import counted
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.refusal import Figure

# As long as an order may be on its way.
SETTLED_WITHIN_MS: Final = MINUTE_MS


class OrdersUnsettled:
    """An order left longer ago than a minute, and nobody knows whether the exchange took it."""

    name: ClassVar[str] = "orders_unsettled"
    needs: ClassVar[frozenset[str]] = frozenset({"unsettled_orders"})
    of_living: ClassVar[bool] = False

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        since_ms = snapshot.oldest_unsettled_ms
        if not snapshot.unsettled_orders:
            return ()
        if since_ms is not None and snapshot.now_ms - since_ms <= SETTLED_WITHIN_MS:
            return ()
        orders = counted(snapshot.unsettled_orders, "order")
        figures: dict[str, Figure] = {"orders": snapshot.unsettled_orders}
        text = f"it is not known whether the exchange took {orders}"
        if since_ms is not None:
            figures["oldest_ms"] = since_ms
            text += f", the oldest sent {elapsed(since_ms, snapshot.now_ms)} ago"
        return (Condition(self.name, Severity.HIGH, text, figures=figures),)
