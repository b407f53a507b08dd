"""The check that every figure of an entry is a number."""

from __future__ import annotations

from typing import ClassVar

from aurum_plugins.execution.checks.finite import finite
from aurum_plugins.execution.checks.pre_trade_check import PreTradeCheck
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import Situation
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class FiniteNumbers(PreTradeCheck):
    """Amount, price, notional, close, stake and times are finite positive numbers.

    The average true range is not asked for here: the price collar refuses an unknown one.
    """

    name: ClassVar[str] = "finite_numbers"
    describes: ClassVar[str] = "amount, price, close, stake and times are finite positive numbers"

    def __call__(self, situation: Situation) -> Refusal | None:
        """Give the refusal with every figure that is none, or None if the entry passes."""
        order = situation.order
        figures: dict[str, object] = {
            "amount": order.amount,
            "price": order.price,
            "close": situation.close,
            "stake": situation.stake,
            "now_ms": situation.now_ms,
            "candle_ms": situation.candle_ms,
            "interval_ms": situation.interval_ms,
        }
        wrong = {name: value for name, value in figures.items() if not finite(value) > 0}
        # Two finite numbers may have a product that is not, or that is 0.
        notional = finite(order.amount) * finite(order.price)
        if not wrong and not finite(notional) > 0:
            wrong["notional"] = notional
        return refuse(Reason.NOT_FINITE, **wrong) if wrong else None
