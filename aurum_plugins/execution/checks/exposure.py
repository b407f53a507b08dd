"""The check that the order is not larger than risk allowed."""

from __future__ import annotations

from typing import ClassVar

from aurum_plugins.execution.checks.finite import finite
from aurum_plugins.execution.checks.pre_trade_check import PreTradeCheck
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import Situation
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class Exposure(PreTradeCheck):
    """The order's notional is at most the stake that risk allowed, but for rounding."""

    name: ClassVar[str] = "exposure"
    describes: ClassVar[str] = "the notional is at most what risk allowed, but for stake_tolerance"

    def __call__(self, situation: Situation) -> Refusal | None:
        """Give the refusal with notional and stake, or None if the entry passes."""
        notional = finite(situation.order.amount) * finite(situation.order.price)
        allowed = finite(situation.stake) * (1 + self.settings.stake_tolerance)
        if notional <= allowed:
            return None
        return refuse(Reason.EXPOSURE, order_notional=notional, allowed_notional=allowed)
