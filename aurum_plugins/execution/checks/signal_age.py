"""The check that the signal is fresh."""

from __future__ import annotations

from typing import ClassVar

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.execution.checks.finite import finite
from aurum_plugins.execution.checks.pre_trade_check import PreTradeCheck
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import Situation
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class SignalAge(PreTradeCheck):
    """The candle behind the signal closed a short while ago, and not in the future."""

    name: ClassVar[str] = "signal_age"
    describes: ClassVar[str] = "the candle closed at most longest_signal_age of a candle ago"

    def __call__(self, situation: Situation) -> Refusal | None:
        """Give the refusal with age and limit, or None if the entry passes."""
        interval_ms = finite(situation.interval_ms)
        closed_ms = finite(situation.candle_ms) + interval_ms
        age = (finite(situation.now_ms) - closed_ms) / SECOND_MS
        longest = self.settings.longest_signal_age * interval_ms / SECOND_MS
        skew = self.settings.clock_skew_seconds
        if not age >= -skew:
            return refuse(Reason.STALE_SIGNAL, age_seconds=age, clock_skew_seconds=skew)
        if not age <= longest:
            return refuse(Reason.STALE_SIGNAL, age_seconds=age, longest_age_seconds=longest)
        return None
