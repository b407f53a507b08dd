"""The check that nothing is bought twice."""

from __future__ import annotations

from typing import ClassVar

from aurum_plugins.execution.checks.pre_trade_check import PreTradeCheck
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import Situation
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class Duplicate(PreTradeCheck):
    """No order was approved for the candle, and the pair is neither held nor on order."""

    name: ClassVar[str] = "duplicate"
    describes: ClassVar[str] = "no order for the candle yet, and the pair is not held or on order"

    def __call__(self, situation: Situation) -> Refusal | None:
        """Give the refusal with what there is already, or None if the entry passes."""
        if situation.approved:
            return refuse(Reason.DUPLICATE, approved_candle_ms=situation.candle_ms)
        pair = situation.order.pair
        for position in situation.account.positions:
            if position.pair == pair:
                held, ordered = position.amount, position.ordered
                return refuse(Reason.DUPLICATE, held_amount=held, ordered_amount=ordered)
        return None
