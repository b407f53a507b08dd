"""A database with sentiment in it, as a collector would have written it."""

from __future__ import annotations

from typing import Any

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.sentiment.post import Item, Post
from aurum_plugins.sentiment.scored_item import Event, EventKind, ScoredItem, Suppression
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

NOW = 1_749_126_896_789
HALT = Event(EventKind.WITHDRAWALS_HALTED, 1.0)


def scored(number: int, text: str, *subjects: str, **changes: Any) -> ScoredItem:
    """An item that was seen `number` minutes before `NOW`; keywords replace what it is."""
    source = changes.pop("source", "rss:coindesk")
    seen_ms = changes.pop("seen_ms", NOW - number * MINUTE_MS)
    post = Post(f"id-{number}", text, seen_ms - MINUTE_MS, changes.pop("author", ""))
    sound: dict[str, Any] = {
        "text_hash": f"{number:016x}",
        "subjects": subjects,
        "score": 0.0,
        "event": None,
        "weight": 1.0,
        "suppressed": None,
        "model": "vader-crypto-1",
    }
    return ScoredItem(item=Item(source, seen_ms, post), **{**sound, **changes})


def tell(store: SentimentStore) -> None:
    """Two sources, three items about Bitcoin, a shock of an exchange, one duplicate."""
    poll = {"cursor": {}, "at_ms": NOW - MINUTE_MS}
    first = [
        scored(1, "Bitcoin soars to a record", "*", "BTC", score=0.8),
        scored(400, "Bitcoin falls", "*", "BTC", score=-0.4),
        scored(3, "Kraken halts withdrawals", "*", "@kraken", score=-0.9, event=HALT),
        scored(4, "Bitcoin soars, again", suppressed=Suppression.DUPLICATE, weight=0.0),
    ]
    second = [
        scored(
            2,
            "Kraken [bold]stops[/bold] withdrawals",
            *("*", "@kraken"),
            source="rss:decrypt",
            event=HALT,
            score=-0.9,
        ),
    ]
    store.add_poll("rss:coindesk", first, **poll)
    store.add_poll("rss:decrypt", second, **poll)
    store.note(
        "rss:decrypt",
        cursor=None,
        polled_ms=NOW,
        answered_ms=None,
        fault="posts: 503 [red]",
        new_items=0,
    )
