"""Running the checks before an order: in order, and never with an exception."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Sequence

from aurum_plugins.execution import checks
from aurum_plugins.execution.check_settings import CheckSettings
from aurum_plugins.execution.entry_order import Situation
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal

logger = logging.getLogger(__name__)

# What needs no order book comes first; what others build on comes before them.
CHECKS: tuple[type[checks.PreTradeCheck], ...] = (
    checks.FiniteNumbers,
    checks.SignalAge,
    checks.Duplicate,
    checks.OrderRate,
    checks.MarketLimitsCheck,
    checks.Exposure,
    checks.News,
    checks.TradedVenue,
    checks.VenueConsensus,
    checks.ConfirmedCandle,
    checks.FreshBook,
    checks.PriceCollar,
    checks.Spread,
    checks.Depth,
    checks.Slippage,
)
_LONGEST_MESSAGE = 200


class PreTradeChecks:
    """The list of checks that an entry has to pass.

    A check that raises has refused: an error on the way to an order must not become an order.

    Parameters
    ----------
    settings : CheckSettings
    kinds : sequence of type of PreTradeCheck
        In the order in which they run.
    """

    def __init__(
        self, settings: CheckSettings, kinds: Sequence[type[checks.PreTradeCheck]] = CHECKS
    ) -> None:
        self._checks = tuple(kind(settings) for kind in kinds)

    def first_refusal(self, situation: Situation) -> Refusal | None:
        """Run the checks until one refuses; None if the entry passes them all."""
        for check in self._checks:
            refusal = _result(check, situation)
            if refusal is not None:
                return refusal
        return None


def _result(check: checks.PreTradeCheck, situation: Situation) -> Refusal | None:
    try:
        result = check(situation)
    except Exception as error:
        logger.exception("Pre-trade check %s failed; nothing is ordered.", check.name)
        said = "".join(traceback.format_exception_only(error)).strip()[:_LONGEST_MESSAGE]
        return Refusal(Reason.CHECK_FAILED, {"check": check.name, "error": said})
    return result
