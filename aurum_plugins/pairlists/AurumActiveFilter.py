"""Keep only pairs that the exchange lets us trade right now."""

from __future__ import annotations

import logging

from freqtrade.exchange.exchange_types import Tickers
from freqtrade.plugins.pairlist.IPairList import IPairList, SupportsBacktesting

logger = logging.getLogger(__name__)


class AurumActiveFilter(IPairList):
    """Removes pairs whose market the exchange does not list as active.

    A backtest sees the exchange's markets of today, as freqtrade's own market checks do.
    """

    supports_backtesting = SupportsBacktesting.BIASED

    @staticmethod
    def description() -> str:
        """One line for FreqUI."""
        return "Keep pairs whose market is active."

    def short_desc(self) -> str:
        """One line for the start-up message."""
        return f"{self.name} - Keeping pairs whose market is active."

    def filter_pairlist(self, pairlist: list[str], tickers: Tickers) -> list[str]:  # noqa: ARG002
        """Pairs of `pairlist`, in order, whose market is active."""
        markets = self._exchange.markets
        kept = [pair for pair in pairlist if markets.get(pair, {}).get("active")]
        removed = [pair for pair in pairlist if pair not in kept]
        if removed:
            names = ", ".join(removed)
            self.log_once(f"{self.name} removed inactive markets: {names}", logger.info)
        return kept
