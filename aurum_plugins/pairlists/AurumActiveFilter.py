"""Keep only pairs that the exchange lets us trade right now."""

from __future__ import annotations

import logging
import re
from typing import Any

from freqtrade.exceptions import OperationalException
from freqtrade.exchange.exchange_types import Tickers
from freqtrade.persistence import Trade
from freqtrade.plugins.pairlist.IPairList import IPairList, SupportsBacktesting

logger = logging.getLogger(__name__)

# A pair that is named in full; freqtrade's whitelist may hold patterns as well.
PAIR = re.compile(r"[A-Z0-9]+/[A-Z0-9]+(:[A-Z0-9]+)?")


class AurumActiveFilter(IPairList):
    """Removes pairs whose market the exchange does not list as active.

    A pair of the whitelist that the exchange does not know at all is most likely misspelt.
    freqtrade drops it with a warning; this stops freqtrade at its start, unless positions are open,
    which somebody has to look after.

    A backtest sees the exchange's markets of today, as freqtrade's own market checks do.

    Raises
    ------
    freqtrade.exceptions.OperationalException
        Naming the unknown pairs.
    """

    supports_backtesting = SupportsBacktesting.BIASED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whitelist = self._config.get("exchange", {}).get("pair_whitelist", [])
        markets = self._exchange.markets
        unknown = [pair for pair in whitelist if PAIR.fullmatch(pair) and pair not in markets]
        if not unknown:
            return
        message = (
            f"exchange.pair_whitelist: {', '.join(unknown)} is not traded on "
            f"{self._exchange.name}; correct the spelling or take it out"
        )
        if not _positions_are_open():
            raise OperationalException(message)
        logger.error("%s. Going on without, because positions are open.", message)

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


def _positions_are_open() -> bool:
    # Backtests, and commands that do not trade, have no database.
    has_database = Trade.use_db and hasattr(Trade, "session")
    return has_database and Trade.get_open_trade_count() > 0
