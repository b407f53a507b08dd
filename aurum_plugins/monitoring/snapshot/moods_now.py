"""The moods that concern a bot now."""

from __future__ import annotations

from aurum_plugins.database.database import Database
from aurum_plugins.monitoring.report_store import ReportStore
from aurum_plugins.monitoring.reports import CandleReport, LoopReport
from aurum_plugins.monitoring.snapshot.bot_snapshot import MoodWord
from aurum_plugins.monitoring.snapshot.snapshot_sources import SnapshotSources
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.coins_of import coins_of
from aurum_plugins.sentiment.one_line import one_line
from aurum_plugins.sentiment.scored_item import MARKET
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader
from aurum_plugins.sentiment.subject_moods import ShockOn, subject_moods, usual_subjects


def moods_now(
    database: Database,
    bot: str,
    now_ms: int,
    sources: SnapshotSources,
    shock: ShockOn | None = None,
) -> tuple[MoodWord, ...]:
    """The mood about the market, then those about the coins that a bot trades.

    Of a bot that does not say what it trades: the configured pairs' coins, or those that most is
    written about.

    Parameters
    ----------
    database : Database
    bot : str
    now_ms : int
        UTC milliseconds.
    sources : SnapshotSources
    shock : callable or None
        As `Shocks.on`, of all events seen until now. None: they are read.

    Raises
    ------
    aurum_plugins.database.DatabaseUnavailable
        If the database cannot be read.
    ValueError
        If what was read contradicts itself.
    """
    reports = ReportStore(database)
    candles, loop = reports.read(bot, CandleReport), reports.read(bot, LoopReport)
    pairs = [] if candles is None else [each.pair for each in candles.report.pairs]
    coins = coins_of(pairs or sources.pairs)[: sources.most_moods]
    ccxt_id = sources.exchange if loop is None else loop.report.exchange
    reader = SentimentReader.of(database)
    subjects = usual_subjects(reader, coins, now_ms)
    found = subject_moods(reader, sources.sentiment, subjects, ccxt_id, now_ms, shock)
    return tuple(
        MoodWord(
            subject=mood.subject,
            mean=mood.mean,
            count=mood.count,
            dispersion=mood.dispersion,
            available=mood.available,
            shock="" if mood.shock is None else _in_words(mood.shock),
        )
        for mood in found
    )


def _in_words(shock: Shock) -> str:
    whom = "" if shock.subject == MARKET else f" ({shock.subject})"
    return f"{shock.kind}{whom}: {one_line(shock.headline)}"
