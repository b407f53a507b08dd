"""The check that the spread is narrow."""

from __future__ import annotations

from typing import ClassVar

from aurum_plugins.execution.checks.basis_points import basis_points
from aurum_plugins.execution.checks.book_check import BookCheck
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import OrderBook, Situation
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class Spread(BookCheck):
    """Best ask less best bid, as bps of their middle, is at most `highest_spread_bps`."""

    name: ClassVar[str] = "spread"
    describes: ClassVar[str] = "the spread is at most highest_spread_bps of the mid price"

    def _judge(self, _situation: Situation, book: OrderBook) -> Refusal | None:
        bid, ask = book.bids[0][0], book.asks[0][0]
        spread_bps = basis_points(ask - bid, bid / 2 + ask / 2)
        highest_bps = self.settings.highest_spread_bps
        if spread_bps <= highest_bps:
            return None
        return refuse(Reason.WIDE_SPREAD, spread_bps=spread_bps, highest_spread_bps=highest_bps)
