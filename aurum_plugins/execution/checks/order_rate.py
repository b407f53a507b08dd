"""The check that orders do not run away."""

from __future__ import annotations

from typing import ClassVar

from aurum_plugins.clock import HOUR_MS, MINUTE_MS
from aurum_plugins.execution.checks.finite import finite
from aurum_plugins.execution.checks.pre_trade_check import PreTradeCheck
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import Situation
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class OrderRate(PreTradeCheck):
    """With this order, the last minute and the last hour hold no more than the limits.

    An order of unknown time, or of the future, counts: the clock may have been set back.
    """

    name: ClassVar[str] = "order_rate"
    describes: ClassVar[str] = "at most orders_per_minute and orders_per_hour, this one included"

    def __call__(self, situation: Situation) -> Refusal | None:
        """Give the refusal with count and limit, or None if the entry passes."""
        now_ms = finite(situation.now_ms)
        ages_ms = [now_ms - finite(sent_ms) for sent_ms in situation.sent_ms]
        hour = sum(not age_ms >= HOUR_MS for age_ms in ages_ms)
        minute = sum(not age_ms >= MINUTE_MS for age_ms in ages_ms)
        per_minute = self.settings.orders_per_minute
        per_hour = self.settings.orders_per_hour
        if minute >= per_minute:
            counted = {"orders_last_minute": minute, "orders_per_minute": per_minute}
            return refuse(Reason.ORDER_RATE, **counted)
        if hour >= per_hour:
            return refuse(Reason.ORDER_RATE, orders_last_hour=hour, orders_per_hour=per_hour)
        return None
