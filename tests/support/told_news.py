"""News that a test writes down, as a collector would have."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.database import open_database
from aurum_plugins.sentiment.post import Item, Post
from aurum_plugins.sentiment.scored_item import Event, EventKind, ScoredItem
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

FEEDS = ("rss:one", "rss:two")


class ToldNews:
    """A database of news.

    Parameters
    ----------
    path : pathlib.Path
        An SQLite file, made if there is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = open_database(f"sqlite:///{path}")
        self.store = SentimentStore(self.database)
        self._told = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()

    def config(self, **sentiment: Any) -> dict[str, Any]:
        """The `aurum` section of a bot that reads from here, and collects nothing."""
        feeds = {name.partition(":")[2]: f"http://127.0.0.1:1/{name}" for name in FEEDS}
        return {
            "database": {"url": f"sqlite:///{self.path}"},
            "sentiment": {"rss": feeds, "collect": False, **sentiment},
        }

    def listen(self, from_ms: int, until_ms: int | None = None) -> None:
        """Somebody listened from one time to another."""
        until_ms = from_ms if until_ms is None else until_ms
        self.store.listened_between(FEEDS[0], from_ms, until_ms)

    def say(self, subject: str, score: float, at_ms: int, times: int = 5) -> None:
        """So many items about a subject were seen, a few minutes before a time."""
        self.store.add([self._item((subject,), score, at_ms - 5 * MINUTE_MS) for _ in range(times)])

    def shock(
        self,
        subject: str,
        at_ms: int,
        text: str = "It halts withdrawals",
        kind: EventKind = EventKind.WITHDRAWALS_HALTED,
    ) -> None:
        """Two feeds told of a bad event at a time; the items themselves are neutral."""
        event = Event(kind, 1.0)
        self.store.add([self._item((subject,), 0.0, at_ms, feed, event, text) for feed in FEEDS])

    def _item(
        self,
        subjects: tuple[str, ...],
        score: float,
        at_ms: int,
        source: str = FEEDS[0],
        event: Event | None = None,
        text: str = "News",
    ) -> ScoredItem:
        self._told += 1
        post = Post(str(self._told), text)
        return ScoredItem(
            Item(source, at_ms, post), f"{self._told:016x}", subjects, score, event, 1.0, None, "-"
        )
