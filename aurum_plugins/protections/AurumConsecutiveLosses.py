"""Pause after several losing trades in a row."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from freqtrade.constants import Config, LongShort
from freqtrade.persistence import Trade
from freqtrade.plugins.protections import IProtection, ProtectionReturn

from aurum_plugins.protections._parameters import parameters_of
from aurum_plugins.risk.protection_settings import ConsecutiveLossesSettings
from aurum_plugins.risk.trade_results import losses_in_a_row, results_in_order

logger = logging.getLogger(__name__)


class AurumConsecutiveLosses(IProtection):
    """Locks every pair after `trade_limit` losses in a row, one after its own.

    A loss is a trade whose result after fees is below 0; one whose result is not known counts as a
    loss. When the lock has ended the row goes on: until a trade wins, each further loss locks
    again.

    Parameters: see `aurum_plugins.risk.protection_settings.ConsecutiveLossesSettings`.

    Raises
    ------
    freqtrade.exceptions.OperationalException
        For parameters that make no sense, naming key, rule and value.
    """

    has_global_stop = True
    has_local_stop = True

    def __init__(self, config: Config, protection_config: dict[str, Any]) -> None:
        self._settings = parameters_of(ConsecutiveLossesSettings, protection_config)
        super().__init__(config, self._settings.for_freqtrade())
        self.has_global_stop = self._settings.trade_limit is not None
        self.has_local_stop = self._settings.trade_limit_per_pair is not None

    def short_desc(self) -> str:
        """One line for the start-up message."""
        limits = {
            "": self._settings.trade_limit,
            " of a pair": self._settings.trade_limit_per_pair,
        }
        losses = " or ".join(f"{limit} losses{of}" for of, limit in limits.items() if limit)
        return (
            f"{self.name} - Pause after {losses} in a row within {self.lookback_period_str}, "
            f"{self.unlock_reason_time_element}."
        )

    def global_stop(
        self,
        date_now: datetime,
        side: LongShort,  # noqa: ARG002
        starting_balance: float,  # noqa: ARG002
    ) -> ProtectionReturn | None:
        """Lock every pair if the last `trade_limit` trades of the lookback all lost."""
        return self._stop(date_now, None, self._settings.trade_limit)

    def stop_per_pair(
        self,
        pair: str,
        date_now: datetime,
        side: LongShort,  # noqa: ARG002
        starting_balance: float,  # noqa: ARG002
    ) -> ProtectionReturn | None:
        """Lock `pair` if its last `trade_limit_per_pair` trades of the lookback all lost."""
        return self._stop(date_now, pair, self._settings.trade_limit_per_pair)

    def _stop(
        self, date_now: datetime, pair: str | None, limit: int | None
    ) -> ProtectionReturn | None:
        if limit is None:
            return None
        since = date_now - timedelta(minutes=self._lookback_period)
        closed = Trade.get_trades_proxy(pair=pair, is_open=False, close_date=since)
        losses = losses_in_a_row(results_in_order(closed))
        if losses < limit:
            return None
        # Of the last alone: freqtrade's maximum fails where some dates carry a zone.
        until = self.calculate_lock_end([max(closed, key=lambda trade: trade.close_date_utc)])
        if until <= date_now:
            return None
        reason = f"{losses} losses in a row, pausing {self.unlock_reason_time_element}"
        self.log_once(f"{self.name}: {pair or 'all pairs'}: {reason}", logger.info)
        return ProtectionReturn(lock=True, until=until, reason=reason)
