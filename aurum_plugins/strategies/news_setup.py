"""The news for a running bot's desk, and for a backtest's."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

from freqtrade.configuration import TimeRange

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.database import Database, database_url
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.shared_collector import shared_collector
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader
from aurum_plugins.trading.news_alerts import NewsAlerts
from aurum_plugins.trading.news_records import NewsRecords
from aurum_plugins.trading.news_watch import NewsWatch

logger = logging.getLogger(__name__)

# As far as any clock goes.
_ALWAYS_MS: Final = 2**53


def news_of_bot(strategy: Any, database: Database) -> NewsWatch | None:
    """The news as a running bot follows them, and collects them; None if it does not.

    Parameters
    ----------
    strategy : freqtrade.strategy.IStrategy
    database : Database
        The bot's; stays open.

    Raises
    ------
    aurum_plugins.errors.AurumError
        If a setting breaks a rule, or the scorer that is asked for cannot be had.
    """
    settings = SentimentSettings.from_config(strategy.config)
    if not settings.enabled:
        logger.info("The news are not followed: see aurum.sentiment.")
        return None
    events: Callable[[], Sequence[str]] = tuple
    if settings.active and settings.collect:
        events = shared_collector(settings, database).events.take
    elif not settings.active:
        logger.info("No source of news is named: see aurum.sentiment.")
    # To Telegram and FreqUI, as freqtrade is told to.
    alerts = NewsAlerts(lambda text: strategy.dp.send_msg(text, always_send=True))
    records = NewsRecords(SentimentReader(database_url(strategy.config)), settings)
    return NewsWatch(records, settings, _traded(strategy.config), alerts, events)


class PastNews:
    """The news as a backtest sees them: read once, however many epochs a hyperopt has.

    Parameters
    ----------
    strategy : freqtrade.strategy.IStrategy
    """

    def __init__(self, strategy: Any) -> None:
        self._strategy = strategy
        self._watch: NewsWatch | None = None
        self._asked = False

    def watch(self) -> NewsWatch | None:
        """None where they are not followed, or cannot be read though nothing requires them.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If a setting breaks a rule.
        """
        if not self._asked:
            self._watch = _news_of_backtest(self._strategy.config)
            self._asked = True
        return self._watch


def _news_of_backtest(config: dict[str, Any]) -> NewsWatch | None:
    settings = SentimentSettings.from_config(config)
    if not settings.enabled:
        return None
    records = NewsRecords(SentimentReader(database_url(config)), settings, backtest=True)
    first_ms, last_ms = _span(config)
    if not records.recorded(first_ms, last_ms):
        why = records.fault or "nothing was recorded in its time"
        logger.info("The news play no part in this backtest: %s", why)
    if records.fault and not settings.mood.required:
        return None
    return NewsWatch(records, settings, _traded(config))


def _span(config: dict[str, Any]) -> tuple[int, int]:
    """First and last moment of a backtest, UTC milliseconds, as far as the configuration says."""
    span = TimeRange.parse_timerange(config.get("timerange"))
    return span.startts * SECOND_MS, span.stopts * SECOND_MS or _ALWAYS_MS


def _traded(config: dict[str, Any]) -> str:
    return str(config.get("exchange", {}).get("name", ""))
