"""Sources that say what they are told to, and an intake that needs no language."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np

from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.sentiment.intake import Intake
from aurum_plugins.sentiment.post import Item, Post
from aurum_plugins.sentiment.scored_item import MARKET, Event, EventKind
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.sources.source import Cursor, Polled
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

START_MS = 1_750_000_000_000


class WordScorer:
    """ "good" and "bad" are worth a half each; "nonsense" raises, "absurd" is no number."""

    version = "words-1"

    def __init__(self) -> None:
        self.texts = 0

    def score(self, texts: Sequence[str]) -> np.ndarray:
        if any("nonsense" in text for text in texts):
            raise RuntimeError("nonsense")
        self.texts += len(texts)
        scores = [0.5 * (text.count("good") - text.count("bad")) for text in texts]
        return np.array(
            [np.nan if "absurd" in text else score for text, score in zip(texts, scores)], float
        )


class WordLinker:
    """Every text with a ticker in capitals or "crypto" is about that, and about the market."""

    def subjects(self, text: str) -> tuple[str, ...]:
        coins = {coin for coin in ("BTC", "ETH", "SOL") if coin in text}
        return tuple(sorted(coins | {MARKET})) if coins or "crypto" in text else ()


class WordDetector:
    """ "halts" is the one bad event."""

    def event(self, text: str) -> Event | None:
        return Event(EventKind.WITHDRAWALS_HALTED, 1.0) if "halts" in text else None


def new_words_intake(**values) -> Intake:
    return Intake(SentimentSettings(**values), WordScorer(), WordLinker(), WordDetector())


def item(text: str, seen_ms: int = START_MS, source: str = "rss:one", **values) -> Item:
    """An item whose id nothing depends on."""
    post = Post(values.pop("post_id", f"{source} {seen_ms} {text}"), text, **values)
    return Item(source, seen_ms, post)


class ToldSource:
    """Says its posts from a number on, and fails where it is told to.

    Attributes
    ----------
    posts : list of str
        Texts; the cursor counts them.
    fails : list of Exception or callable
        What the next polls raise or call, in order.
    cursors : list of dict
        With which it was polled.
    """

    def __init__(self, name: str, *posts: str, interval_s: float = 60.0) -> None:
        self.name = name
        self.interval_s = interval_s
        self.timeout_s = 5.0
        self.posts = list(posts)
        self.fails: list[Exception | Callable[[], object]] = []
        self.cursors: list[Cursor] = []
        self.overlap = 0
        self.ended = threading.Event()

    def poll(self, cursor: Cursor) -> Polled:
        self.cursors.append(dict(cursor))
        if self.fails:
            fault = self.fails.pop(0)
            if isinstance(fault, Exception):
                raise fault
            fault()
        start = max(cursor.get("n", 0) - self.overlap, 0)
        posts = tuple(
            Post(f"{self.name}-{number}", text)
            for number, text in enumerate(self.posts)
            if number >= start
        )
        self.ended.set()
        return Polled(posts, {"n": len(self.posts)})


class FallibleStore(SentimentStore):
    """A store whose database can be away."""

    away = False

    def add_poll(self, *args, **values) -> int:
        self._check()
        return super().add_poll(*args, **values)

    def state(self, source: str):
        self._check()
        return super().state(source)

    def note(self, *args, **values) -> None:
        self._check()
        super().note(*args, **values)

    def recent(self, since_ms: int):
        self._check()
        return super().recent(since_ms)

    def delete_before(self, ms: int) -> int:
        self._check()
        return super().delete_before(ms)

    def _check(self) -> None:
        if self.away:
            raise DatabaseUnavailable("sqlite:///there", "it is away")
