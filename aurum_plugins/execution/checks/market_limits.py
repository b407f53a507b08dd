"""The check that the exchange takes orders of this size."""

from __future__ import annotations

from typing import ClassVar

from aurum_plugins.execution.checks.finite import finite
from aurum_plugins.execution.checks.pre_trade_check import PreTradeCheck
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import Situation
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class MarketLimitsCheck(PreTradeCheck):
    """Notional and amount are within the market's limits; a limit of None is none."""

    name: ClassVar[str] = "market_limits"
    describes: ClassVar[str] = "notional and amount are within what the exchange takes"

    def __call__(self, situation: Situation) -> Refusal | None:
        """Give the refusal with figure and limit, or None if the entry passes."""
        limits = situation.limits
        amount = finite(situation.order.amount)
        notional = amount * finite(situation.order.price)
        for name, value, smallest, largest in (
            ("notional", notional, limits.smallest_notional, limits.largest_notional),
            ("amount", amount, limits.smallest_amount, limits.largest_amount),
        ):
            if smallest is not None and not value >= finite(smallest):
                compared = {f"order_{name}": value, f"smallest_{name}": smallest}
                return refuse(Reason.NOTIONAL, **compared)
            if largest is not None and not value <= finite(largest):
                compared = {f"order_{name}": value, f"largest_{name}": largest}
                return refuse(Reason.NOTIONAL, **compared)
        return None
