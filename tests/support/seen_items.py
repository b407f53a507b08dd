"""Scored items for tests of what is stored."""

from __future__ import annotations

from typing import Any

from aurum_plugins.sentiment.post import Item, Post
from aurum_plugins.sentiment.scored_item import Event, EventKind, ScoredItem

HACK = Event(EventKind.HACK, 0.9)


def seen_item(seen_ms: int, post_id: str = "1", source: str = "rss:a", **given: Any) -> ScoredItem:
    """An item about Bitcoin; `given` are fields of `Post` or of `ScoredItem`."""
    post = {"text": f"Bitcoin {post_id}", "published_ms": seen_ms - 5, "author": "", "url": ""}
    scored: dict[str, Any] = {
        "text_hash": "0123456789abcdef",
        "subjects": ("*", "BTC"),
        "score": 0.25,
        "event": None,
        "weight": 1.0,
        "suppressed": None,
        "model": "vader-crypto-1",
    }
    for name, value in given.items():
        (post if name in post else scored)[name] = value
    return ScoredItem(Item(source, seen_ms, Post(post_id, **post)), **scored)
