"""The check that prices are where the signal saw them."""

from __future__ import annotations

from typing import ClassVar

from aurum_plugins.execution.checks.basis_points import basis_points
from aurum_plugins.execution.checks.book_fault import book_fault
from aurum_plugins.execution.checks.finite import finite
from aurum_plugins.execution.checks.pre_trade_check import PreTradeCheck
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import Situation
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class PriceCollar(PreTradeCheck):
    """The order's price and the middle of the order book are near the candle's close.

    Near is within `collar_ranges` average true ranges and within `collar_bps`, above and below.
    Without a known range nothing is near. A backtest has no book: only the order's price counts.
    """

    name: ClassVar[str] = "price_collar"
    describes: ClassVar[str] = "price and mid are within collar_ranges and collar_bps of the close"

    def __call__(self, situation: Situation) -> Refusal | None:
        """Give the refusal with distance and limits, or None if the entry passes."""
        prices = {"order_price": finite(situation.order.price)}
        if not situation.backtest:
            book = situation.book
            fault = book_fault(book)
            if book is None or fault is not None:
                return refuse(Reason.NO_QUOTE, order_book=fault)
            # Halved first: the sum of two finite prices may be infinite.
            prices["mid_price"] = book.bids[0][0] / 2 + book.asks[0][0] / 2
        close = finite(situation.close)
        ranges_bps = self.settings.collar_ranges * basis_points(
            finite(situation.average_range), close
        )
        collar_bps = self.settings.collar_bps
        for name, price in prices.items():
            distance_bps = basis_points(abs(price - close), close)
            if not (distance_bps <= ranges_bps and distance_bps <= collar_bps):
                return refuse(
                    Reason.PRICE_COLLAR,
                    **{name: price},
                    close=close,
                    distance_bps=distance_bps,
                    ranges_bps=ranges_bps,
                    collar_bps=collar_bps,
                )
        return None
