"""Reading everything that is known of a bot."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.database.database import Database
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.monitoring.alerts.alert_rows import alerts_of
from aurum_plugins.monitoring.known_bots import known_bots
from aurum_plugins.monitoring.report_store import ReportStore
from aurum_plugins.monitoring.reports import (
    AccountReport,
    CandleReport,
    LoopReport,
    ModelReport,
    TradeReport,
)
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot, MoodWord, SwitchWord
from aurum_plugins.monitoring.snapshot.decision_counts import decision_counts
from aurum_plugins.monitoring.snapshot.equity_curve import equity_curve
from aurum_plugins.monitoring.snapshot.forecasts import forecasts_of
from aurum_plugins.monitoring.snapshot.moods_now import moods_now
from aurum_plugins.monitoring.snapshot.newest_decisions import newest_decisions
from aurum_plugins.monitoring.snapshot.owed import new_ledger, owed
from aurum_plugins.monitoring.snapshot.pair_consensus import pair_consensus
from aurum_plugins.monitoring.snapshot.serving_models import ServingModels, serving_models
from aurum_plugins.monitoring.snapshot.snapshot_sources import SnapshotSources
from aurum_plugins.monitoring.snapshot.source_words import source_words
from aurum_plugins.monitoring.snapshot.switch_word import switch_word
from aurum_plugins.monitoring.snapshot.told_decisions import told_decisions
from aurum_plugins.monitoring.snapshot.venue_words import venue_words
from aurum_plugins.monitoring.unsettled_orders import unsettled_orders
from aurum_plugins.sentiment.one_line import one_line
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader
from aurum_plugins.trading.news_records import NewsRecords

logger = logging.getLogger(__name__)

_LONGEST_FAULT: Final = 300
# Days of news are read for a mood, which changes slowly, and collectors ask once a minute.
MOODS_EVERY_MS: Final = 10 * SECOND_MS
_REPORTS: Final = {
    "loop": LoopReport,
    "account": AccountReport,
    "trades": TradeReport,
    "candles": CandleReport,
    "models": ModelReport,
}


class SnapshotReader:
    """Reads snapshots of bots; to be used by one thread.

    What seldom changes (moods, models, the ledger) is kept from one reading to the next, and only
    what is new is read; moods may be ten seconds old. Every section is a short transaction of its
    own, so that no writer has to wait, and one that fails takes none of the others down.

    Parameters
    ----------
    database : Database
    sources : SnapshotSources
    """

    def __init__(self, database: Database, sources: SnapshotSources) -> None:
        self._database = database
        self._sources = sources
        self._news = NewsRecords(SentimentReader.of(database), sources.sentiment)
        self._models: dict[str, ServingModels] = {}
        self._ledgers: dict[str, FeeLedger] = {}
        self._moods: dict[str, tuple[int, tuple[MoodWord, ...]]] = {}

    def bots(self) -> tuple[str, ...]:
        """Every bot that the database knows, in alphabetical order.

        Raises
        ------
        aurum_plugins.database.errors.DatabaseUnavailable
            If it cannot be read.
        """
        return known_bots(self._database)

    def read(self, bot: str, now_ms: int) -> BotSnapshot:
        """Everything that is known of a bot; what cannot be read is told by `faults`.

        Parameters
        ----------
        bot : str
            As `aurum_plugins.bot_identity` names it.
        now_ms : int
            UTC milliseconds.
        """
        found: dict[str, Any] = {}
        faults: dict[str, str] = {}
        for name, read in self._sections(bot, now_ms).items():
            try:
                found[name] = read()
            except Exception as error:
                logger.debug("%s of %s cannot be read", name, bot, exc_info=True)
                faults[name] = one_line(str(error) or repr(error), _LONGEST_FAULT)
        orders = found.pop("unsettled_orders", None)
        return BotSnapshot(
            bot=bot,
            now_ms=now_ms,
            switch=found.pop("switch", SwitchWord(state="")),
            forecasts=forecasts_of(found.get("newest", ())),
            unsettled_orders=0 if orders is None else orders.number,
            oldest_unsettled_ms=None if orders is None else orders.oldest_ms,
            faults=faults,
            **found,
        )

    def _sections(self, bot: str, now_ms: int) -> dict[str, Callable[[], Any]]:
        database, sources = self._database, self._sources
        reports = ReportStore(database)
        asked = database, bot, now_ms

        def report(kind: type[Any]) -> Callable[[], Any]:
            return lambda: reports.read(bot, kind)

        return {
            **{name: report(kind) for name, kind in _REPORTS.items()},
            "switch": lambda: switch_word(*asked),
            "equity": lambda: equity_curve(*asked, sources.most_points),
            "counts": lambda: decision_counts(*asked),
            "newest": lambda: newest_decisions(*asked, sources.most_pairs),
            "lately": lambda: told_decisions(*asked, sources.most_told),
            "serving": lambda: serving_models(*asked, sources.models, self._models_of(bot)),
            "venues": lambda: venue_words(*asked),
            "consensus": lambda: pair_consensus(*asked),
            "moods": lambda: self._moods_of(bot, now_ms),
            "sources": lambda: source_words(*asked),
            "owed": lambda: owed(*asked, self._ledger_of(bot)),
            "unsettled_orders": lambda: unsettled_orders(database, bot),
            "alerts": lambda: alerts_of(database, bot, sources.most_alerts),
        }

    def _moods_of(self, bot: str, now_ms: int) -> tuple[MoodWord, ...]:
        read_ms, known = self._moods.pop(bot, (now_ms - MOODS_EVERY_MS, ()))
        if not 0 <= now_ms - read_ms < MOODS_EVERY_MS:
            self._news.refresh(now_ms)
            shock = None if self._news.fault else self._news.on
            read_ms, known = now_ms, moods_now(self._database, bot, now_ms, self._sources, shock)
        self._moods[bot] = read_ms, known
        return known

    def _models_of(self, bot: str) -> ServingModels:
        return self._models.setdefault(bot, ServingModels())

    def _ledger_of(self, bot: str) -> FeeLedger:
        if bot not in self._ledgers:
            self._ledgers[bot] = new_ledger(self._database, bot)
        return self._ledgers[bot]
