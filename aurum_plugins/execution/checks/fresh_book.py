"""The check that there is an order book, of now."""

from __future__ import annotations

from typing import ClassVar

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.execution.checks.book_check import BookCheck
from aurum_plugins.execution.checks.finite import finite
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import OrderBook, Situation
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class FreshBook(BookCheck):
    """The order book is sound, was asked for a moment ago, and not in the future."""

    name: ClassVar[str] = "fresh_book"
    describes: ClassVar[str] = "the order book is whole, and longest_book_age_seconds old at most"

    def _judge(self, situation: Situation, book: OrderBook) -> Refusal | None:
        age = (finite(situation.now_ms) - finite(book.at_ms)) / SECOND_MS
        skew = self.settings.clock_skew_seconds
        longest = self.settings.longest_book_age_seconds
        if not age >= -skew:
            return refuse(Reason.NO_QUOTE, book_age_seconds=age, clock_skew_seconds=skew)
        if not age <= longest:
            return refuse(Reason.NO_QUOTE, book_age_seconds=age, longest_age_seconds=longest)
        return None
