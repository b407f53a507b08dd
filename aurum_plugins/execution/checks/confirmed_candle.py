"""The check that the candle behind the signal was not this exchange's alone."""

from __future__ import annotations

from typing import ClassVar

from aurum_plugins.execution.checks.pre_trade_check import PreTradeCheck
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import Situation
from aurum_plugins.market_data.consensus.candle_check import CandleDispute
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class ConfirmedCandle(PreTradeCheck):
    """Other venues saw the candle behind the signal as this exchange tells it.

    They are asked for it once an entry is wanted, so for a moment nobody has said anything, which
    refuses as well; the bot tries again in its next loop. Where candles need not be confirmed it
    passes.
    """

    name: ClassVar[str] = "confirmed_candle"
    describes: ClassVar[str] = "another venue's candle of the same time is like the signal's"

    def __call__(self, situation: Situation) -> Refusal | None:
        """Give the refusal with what differs, or None if the entry passes."""
        word = situation.cross_check
        if word is None or not isinstance(word.candle, CandleDispute):
            return None
        return refuse(
            Reason.UNCONFIRMED_CANDLE, doubt=str(word.candle.doubt), **word.candle.figures
        )
