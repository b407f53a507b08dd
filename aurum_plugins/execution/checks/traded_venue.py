"""The check that the exchange answers at all."""

from __future__ import annotations

from typing import ClassVar

from aurum_plugins.execution.checks.pre_trade_check import PreTradeCheck
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import Situation
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitState
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class TradedVenue(PreTradeCheck):
    """The circuit to the exchange that is traded on is closed, as its quotes are asked for.

    Where other venues are not asked, or the exchange is none of them, it passes.
    """

    name: ClassVar[str] = "traded_venue"
    describes: ClassVar[str] = "the exchange answers when it is asked for quotes"

    def __call__(self, situation: Situation) -> Refusal | None:
        """Give the refusal with the circuit's state, or None if the entry passes."""
        word = situation.cross_check
        if word is None or word.traded in (None, CircuitState.CLOSED):
            return None
        return refuse(Reason.VENUE_DOWN, circuit=str(word.traded))
