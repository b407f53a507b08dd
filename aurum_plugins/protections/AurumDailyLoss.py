"""Stop for the day once it has lost enough."""

from __future__ import annotations

import logging
import math
from datetime import UTC, datetime, timedelta
from typing import Any

from freqtrade.constants import Config, LongShort
from freqtrade.persistence import Trade
from freqtrade.plugins.protections import IProtection, ProtectionReturn

from aurum_plugins.protections._parameters import parameters_of
from aurum_plugins.risk.protection_settings import DailyLossSettings
from aurum_plugins.risk.trade_results import known

logger = logging.getLogger(__name__)

# freqtrade moves the end of a lock to the next candle's start, even if it is at one already.
A_MOMENT = timedelta(seconds=1)


class AurumDailyLoss(IProtection):
    """Locks every pair until the end of the UTC day in which closed trades lost `loss_limit`.

    The loss is a share of the equity at the start of the day: the wallet at the bot's start, as
    freqtrade reckons it, and the results of all trades closed before that day. Positions that are
    still open are not looked at. If a figure is not known the rest of the day is locked.

    Parameters: see `aurum_plugins.risk.protection_settings.DailyLossSettings`.

    Raises
    ------
    freqtrade.exceptions.OperationalException
        For parameters that make no sense, naming key, rule and value.
    """

    has_global_stop = True
    has_local_stop = False

    def __init__(self, config: Config, protection_config: dict[str, Any]) -> None:
        self._settings = parameters_of(DailyLossSettings, protection_config)
        super().__init__(config, {})

    def short_desc(self) -> str:
        """One line for the start-up message."""
        return (
            f"{self.name} - Stop until midnight (UTC) once closed trades have lost "
            f"{self._settings.loss_limit:.2%} of the day's starting equity."
        )

    def global_stop(
        self,
        date_now: datetime,
        side: LongShort,  # noqa: ARG002
        starting_balance: float,
    ) -> ProtectionReturn | None:
        """Lock every pair until midnight if the trades closed since the last one lost too much."""
        midnight = date_now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        # freqtrade asks for later than, and backtests close trades at midnight sharp.
        since = midnight - timedelta(microseconds=1)
        today = Trade.get_trades_proxy(is_open=False, close_date=since)
        if not today:
            return None
        result = math.fsum(known(trade.close_profit_abs) for trade in today)
        equity = math.nan
        if not math.isnan(result):
            equity = starting_balance + Trade.get_total_closed_profit() - result
        loss = -result / equity if 0 < equity < math.inf else math.nan
        if loss < self._settings.loss_limit:
            return None
        told = "an unknown share" if math.isnan(loss) else f"{loss:.2%}"
        reason = f"closed trades lost {told} of the day's starting equity, stopping until midnight"
        self.log_once(f"{self.name}: {reason}", logger.info)
        until = midnight + timedelta(days=1) - A_MOMENT
        return ProtectionReturn(lock=True, until=until, reason=reason)

    def stop_per_pair(
        self,
        pair: str,  # noqa: ARG002
        date_now: datetime,  # noqa: ARG002
        side: LongShort,  # noqa: ARG002
        starting_balance: float,  # noqa: ARG002
    ) -> ProtectionReturn | None:
        """Never: this protection stops every pair."""
        return None
