"""Items put into a store as a collector would, and a watch over them."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import URL, make_url

from aurum_plugins.database import Database
from aurum_plugins.sentiment.post import Item, Post
from aurum_plugins.sentiment.scored_item import Event, EventKind, ScoredItem
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore
from aurum_plugins.trading.news_alerts import NewsAlerts
from aurum_plugins.trading.news_records import NewsRecords
from aurum_plugins.trading.news_watch import NewsWatch


def scored(
    seen_ms: int,
    *,
    source: str = "rss:a",
    subjects: tuple[str, ...] = ("*",),
    score: float = -0.5,
    severity: float | None = 1.0,
    text: str = "Exchange halts withdrawals",
    weight: float = 1.0,
) -> ScoredItem:
    """An item; with a severity it reports that withdrawals are halted."""
    number = hashlib.sha256(repr((seen_ms, source, subjects, text, score)).encode()).hexdigest()
    event = None if severity is None else Event(EventKind.WITHDRAWALS_HALTED, severity)
    item = Item(source, seen_ms, Post(number, text))
    return ScoredItem(item, number[:16], subjects, score, event, weight, None, "test")


def shock_at(seen_ms: int, *subjects: str) -> list[ScoredItem]:
    """Two sources report it at once, which the defaults take for a shock."""
    about = subjects or ("*",)
    return [scored(seen_ms, source=source, subjects=about) for source in ("rss:a", "rss:b")]


def put(database: Database, *items: ScoredItem) -> None:
    """Write items down."""
    SentimentStore(database).add(items)


def listen(database: Database, from_ms: int, until_ms: int) -> None:
    """Write down that a source was listened to."""
    SentimentStore(database).listened_between("rss:a", from_ms, until_ms)


def url_of(database: Database) -> URL:
    """Where another connection finds it."""
    return make_url(database.engine.url)


def sentiment(**settings: Any) -> SentimentSettings:
    """The section, which is checked as a whole."""
    return SentimentSettings.from_config({"aurum": {"sentiment": settings}})


def watching(
    url: URL,
    settings: SentimentSettings,
    told: list[str] | None = None,
    *,
    backtest: bool = False,
    **more: Any,
) -> NewsWatch:
    """A watch that tells a list, or nobody."""
    alerts = None if told is None else NewsAlerts(told.append)
    records = NewsRecords(SentimentReader(url), settings, backtest=backtest)
    return NewsWatch(records, settings, "binance", alerts, **more)
