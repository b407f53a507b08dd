"""A check that looks at the order book."""

from __future__ import annotations

from abc import abstractmethod

from aurum_plugins.execution.checks.book_fault import book_fault
from aurum_plugins.execution.checks.pre_trade_check import PreTradeCheck
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import OrderBook, Situation
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class BookCheck(PreTradeCheck):
    """Passes in a backtest, which has no order book; refuses a book that cannot be used."""

    def __call__(self, situation: Situation) -> Refusal | None:
        """Give the refusal with what was compared, or None if the entry passes."""
        if situation.backtest:
            return None
        book = situation.book
        fault = book_fault(book)
        if book is None or fault is not None:
            return refuse(Reason.NO_QUOTE, order_book=fault)
        return self._judge(situation, book)

    @abstractmethod
    def _judge(self, situation: Situation, book: OrderBook) -> Refusal | None:
        """Judge by an order book that is sound."""
