"""The check that the order is small for its market."""

from __future__ import annotations

from typing import ClassVar

from aurum_plugins.execution.checks.basis_points import BPS
from aurum_plugins.execution.checks.book_check import BookCheck
from aurum_plugins.execution.checks.finite import finite
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import OrderBook, Situation
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class Depth(BookCheck):
    """Asks within `depth_bps` of the best one hold the order `depth_multiple` times.

    What lies beyond the last level that was asked for is not known, and counts as nothing.
    """

    name: ClassVar[str] = "depth"
    describes: ClassVar[str] = "asks within depth_bps hold the order depth_multiple times"

    def _judge(self, situation: Situation, book: OrderBook) -> Refusal | None:
        last_price = book.asks[0][0] * (1 + self.settings.depth_bps / BPS)
        needed = self.settings.depth_multiple * finite(situation.order.amount)
        depth = 0.0
        for price, amount in book.asks:
            if price > last_price:
                break
            depth += amount
            if depth >= needed:
                return None
        return refuse(
            Reason.THIN_BOOK,
            depth_amount=depth,
            needed_amount=needed,
            depth_bps=self.settings.depth_bps,
        )
