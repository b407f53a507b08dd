"""Items as a collector writes them, about whatever a test wants."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from aurum_plugins.database import Database
from aurum_plugins.sentiment.post import Item, Post
from aurum_plugins.sentiment.scored_item import MARKET, Event, ScoredItem, Suppression
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

SOURCE = "rss:a"
_NUMBERS = count(1)


def scored(
    seen_ms: int,
    score: float = 0.5,
    weight: float = 1.0,
    *,
    subjects: Iterable[str] = ("BTC",),
    source: str = SOURCE,
    event: Event | None = None,
    suppressed: Suppression | None = None,
) -> ScoredItem:
    """An item about some subjects, and so about the market."""
    number = next(_NUMBERS)
    return ScoredItem(
        item=Item(source, seen_ms, Post(str(number), f"headline {number}")),
        text_hash=f"{number:016x}",
        subjects=tuple(sorted({MARKET, *subjects})),
        score=score,
        event=event,
        weight=weight,
        suppressed=suppressed,
        model="test-1",
    )


def seen(
    database: Database, items: Iterable[ScoredItem], listened: Iterable[tuple[int, int]] = ()
) -> None:
    """Write items and spans of listening as a collector does."""
    store = SentimentStore(database)
    store.add(list(items))
    for from_ms, until_ms in listened:
        store.listened_between(SOURCE, from_ms, until_ms)
