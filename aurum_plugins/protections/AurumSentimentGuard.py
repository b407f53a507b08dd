"""Pause after a trade while the mood of the news is bad."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from freqtrade.constants import Config, LongShort
from freqtrade.enums import RunMode
from freqtrade.exceptions import OperationalException
from freqtrade.persistence import Trade
from freqtrade.plugins.protections import IProtection, ProtectionReturn

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.protections._parameters import parameters_of
from aurum_plugins.risk.protection_settings import SentimentGuardSettings
from aurum_plugins.sentiment.coin_of import coin_of
from aurum_plugins.sentiment.known_news import KnownNews
from aurum_plugins.sentiment.scored_item import MARKET

logger = logging.getLogger(__name__)

MINUTES_A_DAY = 24 * 60  # looked back where the lock ends at an hour ("unlock_at") instead


class AurumSentimentGuard(IProtection):
    """Locks a pair when a trade of it closes while the mood about its coin is below `floor`.

    Every pair is locked if the mood about crypto as a whole is below `market_floor` then. freqtrade
    asks protections only when a trade closes: a mood that turns bad while nothing is traded, or
    while a position is open, locks nothing. Moods are those of `aurum.sentiment` by what had been
    seen at that time, in backtests as well, which need --enable-protections.

    Where nobody listens to any source, or the database cannot be read, nothing is locked, and the
    log says so; `aurum.sentiment.mood.required` keeps a bot from entering then.

    Parameters: see `aurum_plugins.risk.protection_settings.SentimentGuardSettings`.

    Raises
    ------
    freqtrade.exceptions.OperationalException
        For parameters that make no sense, naming key, rule and value; without a source of news.
    """

    has_global_stop = True
    has_local_stop = True

    def __init__(self, config: Config, protection_config: dict[str, Any]) -> None:
        self._settings = parameters_of(SentimentGuardSettings, protection_config)
        super().__init__(config, self._settings.for_freqtrade())
        self.has_global_stop = self._settings.locks_all
        self.has_local_stop = self._settings.locks_pair
        try:
            self._news = KnownNews.from_config(config, self.name)
        except ConfigurationError as error:
            raise OperationalException(str(error)) from error

    def short_desc(self) -> str:
        """One line for the start-up message."""
        settings = self._settings
        moods = []
        if self.has_local_stop:
            moods.append(f"about a pair's coin is below {settings.floor:g}")
        if self.has_global_stop:
            moods.append(f"about crypto as a whole is below {settings.market_floor:g}")
        return (
            f"{self.name} - Pause after a trade if the mood {' or '.join(moods)}, "
            f"{self.unlock_reason_time_element}."
        )

    def global_stop(
        self,
        date_now: datetime,
        side: LongShort,  # noqa: ARG002
        starting_balance: float,  # noqa: ARG002
    ) -> ProtectionReturn | None:
        """Lock every pair if a trade just closed in a bad mood about crypto as a whole."""
        return self._stop(date_now, None, MARKET, self._settings.market_floor)

    def stop_per_pair(
        self,
        pair: str,
        date_now: datetime,
        side: LongShort,  # noqa: ARG002
        starting_balance: float,  # noqa: ARG002
    ) -> ProtectionReturn | None:
        """Lock `pair` if a trade of it just closed in a bad mood about its coin."""
        return self._stop(date_now, pair, coin_of(pair), self._settings.floor)

    def _stop(
        self, date_now: datetime, pair: str | None, subject: str, floor: float
    ) -> ProtectionReturn | None:
        since = date_now - timedelta(minutes=self._stop_duration or MINUTES_A_DAY)
        closed = Trade.get_trades_proxy(pair=pair, is_open=False, close_date=since)
        if not closed:
            return None
        # Of the last alone: freqtrade's maximum fails where some dates carry a zone.
        until = self.calculate_lock_end([max(closed, key=lambda trade: trade.close_date_utc)])
        if until <= date_now:
            return None
        mean = self._bad_mood(subject, date_now, floor)
        if mean is None:
            return None
        about = "crypto as a whole" if subject == MARKET else subject
        reason = (
            f"the mood about {about} is {mean:.2f}, below {floor:g}, pausing "
            f"{self.unlock_reason_time_element}"
        )
        self.log_once(f"{self.name}: {pair or 'all pairs'}: {reason}", logger.info)
        return ProtectionReturn(lock=True, until=until, reason=reason)

    def _bad_mood(self, subject: str, date_now: datetime, floor: float) -> float | None:
        """Mean score of the news about a subject if it is below; None if not, or not known."""
        try:
            moods = self._news.moods([subject], round(date_now.timestamp() * SECOND_MS))
        except DatabaseUnavailable as error:
            self._tell(f"the news cannot be read: {error}")
            return None
        except Exception:
            # Freqtrade would end the bot, which may hold positions.
            logger.exception("%s could not judge the news, so they lock nothing.", self.name)
            return None
        if moods is None:
            self._tell("nobody listened to any source of news when a trade closed")
            return None
        mood = moods[subject]
        judged = mood.count > 0 and mood.count >= self._settings.min_items
        return mood.mean if judged and mood.mean < floor else None

    def _tell(self, why: str) -> None:
        # Backtests show no logs of protections, and who relies on this one must know. Hyperopt
        # makes one each epoch.
        shown = self._config.get("runmode") is not RunMode.HYPEROPT
        text = f"{self.name}: {why}; such trades lock nothing"
        self.log_once(text, logger.warning, force_show=shown)
