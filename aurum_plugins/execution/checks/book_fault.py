"""What is wrong with an order book."""

from __future__ import annotations

import sys

from aurum_plugins.execution.entry_order import OrderBook

_LARGEST = sys.float_info.max

Levels = tuple[tuple[float, float], ...]


def book_fault(book: OrderBook | None) -> str | None:
    """Say in a few words why an order book cannot be used, or None if it can.

    A sound one has bids and asks, finite positive prices and amounts, the best price first on
    either side, and its best bid below its best ask.
    """
    if book is None:
        return "missing"
    if not book.bids or not book.asks:
        return "no asks" if book.bids else "no bids"
    fault = _side_fault(book.bids[::-1]) or _side_fault(book.asks)
    if fault is not None:
        return fault
    return "crossed" if book.bids[0][0] >= book.asks[0][0] else None


def _side_fault(rising: Levels) -> str | None:
    last = 0.0
    for price, amount in rising:
        # Chained comparisons are false for NaN, and exact for integers that no float can hold.
        if not (0 < price <= _LARGEST and 0 < amount <= _LARGEST):
            return "a price or an amount is not a finite positive number"
        if price < last:
            return "not sorted"
        last = price
    return None
