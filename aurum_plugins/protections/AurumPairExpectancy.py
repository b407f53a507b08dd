"""Leave a pair alone that loses money on average, if that is unlikely to be bad luck."""

from __future__ import annotations

import logging
import math
from datetime import datetime, timedelta
from typing import Any

from freqtrade.constants import Config, LongShort
from freqtrade.persistence import Trade
from freqtrade.plugins.protections import IProtection, ProtectionReturn

from aurum_plugins.protections._parameters import parameters_of
from aurum_plugins.risk.pair_expectancy import pair_expectancy
from aurum_plugins.risk.protection_settings import PairExpectancySettings
from aurum_plugins.risk.trade_results import results_in_order

logger = logging.getLogger(__name__)


class AurumPairExpectancy(IProtection):
    """Locks a pair whose last `trade_limit` trades gave less than `floor` on average.

    The mean must lie under the floor by more than luck explains, see
    `aurum_plugins.risk.pair_expectancy`. A pair of which the result of a counted trade is not known
    is locked too.

    Parameters: see `aurum_plugins.risk.protection_settings.PairExpectancySettings`.

    Raises
    ------
    freqtrade.exceptions.OperationalException
        For parameters that make no sense, naming key, rule and value.
    """

    has_global_stop = False
    has_local_stop = True

    def __init__(self, config: Config, protection_config: dict[str, Any]) -> None:
        self._settings = parameters_of(PairExpectancySettings, protection_config)
        super().__init__(config, self._settings.for_freqtrade())

    def short_desc(self) -> str:
        """One line for the start-up message."""
        settings = self._settings
        return (
            f"{self.name} - Leave pairs whose last {settings.trade_limit} trades within "
            f"{self.lookback_period_str} gave less than {settings.floor:.2%} on average, at a "
            f"level of {settings.significance:g}, {self.unlock_reason_time_element}."
        )

    def global_stop(
        self,
        date_now: datetime,  # noqa: ARG002
        side: LongShort,  # noqa: ARG002
        starting_balance: float,  # noqa: ARG002
    ) -> ProtectionReturn | None:
        """Never: this protection concerns one pair at a time."""
        return None

    def stop_per_pair(
        self,
        pair: str,
        date_now: datetime,
        side: LongShort,  # noqa: ARG002
        starting_balance: float,  # noqa: ARG002
    ) -> ProtectionReturn | None:
        """Lock `pair` unless its last trades are as good as the floor, or might be."""
        settings = self._settings
        since = date_now - timedelta(minutes=self._lookback_period)
        closed = Trade.get_trades_proxy(pair=pair, is_open=False, close_date=since)
        if len(closed) < settings.trade_limit:
            return None
        judged = pair_expectancy(
            results_in_order(closed)[-settings.trade_limit :], floor=settings.floor
        )
        if judged.mean >= settings.floor or judged.chance > settings.significance:
            return None
        # Of the last alone: freqtrade's maximum fails where some dates carry a zone.
        until = self.calculate_lock_end([max(closed, key=lambda trade: trade.close_date_utc)])
        if until <= date_now:
            return None
        found = (
            f"{judged.mean:.2%} a trade over {settings.trade_limit} trades, p = {judged.chance:.3f}"
        )
        if math.isnan(judged.mean):
            found = f"one of the last {settings.trade_limit} results is not known"
        reason = f"{found}, resting {self.unlock_reason_time_element}"
        self.log_once(f"{self.name}: {pair}: {reason}", logger.info)
        return ProtectionReturn(lock=True, until=until, reason=reason)
