"""Leave a pair alone for a while after a trade on it has closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from freqtrade.constants import Config, LongShort
from freqtrade.persistence import Trade
from freqtrade.plugins.protections import IProtection, ProtectionReturn

from aurum_plugins.protections._parameters import parameters_of
from aurum_plugins.risk.protection_settings import CooldownSettings

MINUTES_A_DAY = 24 * 60  # looked back where the lock ends at an hour ("unlock_at") instead


class AurumCooldown(IProtection):
    """Locks a pair for `stop_duration` after each of its trades, whatever the outcome.

    Parameters: see `aurum_plugins.risk.protection_settings.CooldownSettings`.

    Raises
    ------
    freqtrade.exceptions.OperationalException
        For parameters that make no sense, naming key, rule and value.
    """

    has_global_stop = False
    has_local_stop = True

    def __init__(self, config: Config, protection_config: dict[str, Any]) -> None:
        self._settings = parameters_of(CooldownSettings, protection_config)
        super().__init__(config, self._settings.for_freqtrade())

    def short_desc(self) -> str:
        """One line for the start-up message."""
        return f"{self.name} - Rest after a trade {self.unlock_reason_time_element}."

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
        """Lock `pair` if one of its trades closed within the last `stop_duration`."""
        since = date_now - timedelta(minutes=self._stop_duration or MINUTES_A_DAY)
        closed = Trade.get_trades_proxy(pair=pair, is_open=False, close_date=since)
        if not closed:
            return None
        return ProtectionReturn(
            lock=True,
            # Of the last alone: freqtrade's maximum fails where some dates carry a zone.
            until=self.calculate_lock_end([max(closed, key=lambda trade: trade.close_date_utc)]),
            reason=f"resting after a trade {self.unlock_reason_time_element}",
        )
