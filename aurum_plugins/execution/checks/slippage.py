"""The check that the order would not push its own price up."""

from __future__ import annotations

import math
from typing import ClassVar

from aurum_plugins.execution.checks.basis_points import basis_points
from aurum_plugins.execution.checks.book_check import BookCheck
from aurum_plugins.execution.checks.finite import finite
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import OrderBook, Situation
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class Slippage(BookCheck):
    """Buying the amount at once costs at most `highest_slippage_bps` above the best ask.

    That is the mean price of the asks that the amount takes, the best first. A limit order is held
    to it as well: where it cannot be filled cheaply, its position cannot be left cheaply.
    """

    name: ClassVar[str] = "slippage"
    describes: ClassVar[str] = "buying at once costs at most highest_slippage_bps over the best ask"

    def _judge(self, situation: Situation, book: OrderBook) -> Refusal | None:
        amount = finite(situation.order.amount)
        best = book.asks[0][0]
        left, paid_above = amount, 0.0
        for price, available in book.asks:
            taken = min(left, available)
            paid_above += taken * (price - best)
            left -= taken
            if left <= 0:
                break
        if not left <= 0:
            held = amount - left
            return refuse(Reason.THIN_BOOK, asks_amount=held, order_amount=amount)
        slippage_bps = basis_points(paid_above / amount, best) if amount > 0 else math.nan
        highest_bps = self.settings.highest_slippage_bps
        if slippage_bps <= highest_bps:
            return None
        compared = {"slippage_bps": slippage_bps, "highest_slippage_bps": highest_bps}
        return refuse(Reason.THIN_BOOK, **compared)
