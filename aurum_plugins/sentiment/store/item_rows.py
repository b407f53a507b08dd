"""Items as rows of the database, and back."""

from __future__ import annotations

import hashlib
import math
from typing import Any, Final

from sqlalchemy import Row

from aurum_plugins.database.schema import sentiment_items
from aurum_plugins.sentiment.post import LONGEST_TEXT, Item, Post
from aurum_plugins.sentiment.scored_item import Event, EventKind, ScoredItem, Suppression

Values = dict[str, Any]

_LONGEST: Final = {
    name: sentiment_items.c[name].type.length  # type: ignore[attr-defined]
    for name in ("item_id", "author", "model")
}
_LONGEST_URL: Final = 2_000
# Also exact as a float; no clock goes beyond.
_LAST_MS: Final = 2**53


def plain(text: str, longest: int) -> str:
    """Text that both databases take: no NUL, no half of a surrogate pair, not too long."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\0", "")[:longest]


def row_of_item(scored: ScoredItem) -> Values:
    """The row of `sentiment_items`.

    Raises
    ------
    ValueError
        If the score, the weight or the severity is not a number within its bounds. Texts are never
        refused: what a source wrote must not keep other items from being written.
    """
    item, post, event = scored.item, scored.item.post, scored.event
    _check("score", scored.score, -1.0, 1.0, item)
    _check("weight", scored.weight, 0.0, math.inf, item)
    if event is not None:
        _check("severity", event.severity, 0.0, 1.0, item)
    published_ms = post.published_ms
    if published_ms is not None and abs(published_ms) > _LAST_MS:
        published_ms = None
    return {
        "source": item.source,
        "item_id": _key(post.post_id),
        "published_ms": published_ms,
        "seen_ms": item.seen_ms,
        "text": plain(post.text, LONGEST_TEXT),
        "text_hash": scored.text_hash,
        "author": plain(post.author, _LONGEST["author"]),
        "url": plain(post.url, _LONGEST_URL),
        "subjects": list(scored.subjects),
        "score": float(scored.score),
        "weight": float(scored.weight),
        "suppressed": "" if scored.suppressed is None else scored.suppressed.name,
        "event": "" if event is None else event.kind.name,
        "severity": 0.0 if event is None else float(event.severity),
        "model": plain(scored.model, _LONGEST["model"]),
    }


def rows_of_mentions(row: Values) -> list[Values]:
    """The rows of `sentiment_mentions` that belong to a row of `sentiment_items`."""
    if row["suppressed"] or row["weight"] <= 0:
        return []
    kept = {name: row[name] for name in ("seen_ms", "source", "item_id", "score", "weight")}
    return [{"subject": subject, **kept} for subject in dict.fromkeys(row["subjects"])]


def item_of_row(row: Row[Any]) -> ScoredItem:
    """The item of a row of `sentiment_items`; its author's reach is not kept.

    Raises
    ------
    LookupError
        If the row holds a name that this code does not know.
    """
    post = Post(row.item_id, row.text, row.published_ms, row.author, row.url)
    return ScoredItem(
        item=Item(row.source, row.seen_ms, post),
        text_hash=row.text_hash,
        subjects=tuple(row.subjects),
        score=row.score,
        event=Event(EventKind[row.event], row.severity) if row.event else None,
        weight=row.weight,
        suppressed=Suppression[row.suppressed] if row.suppressed else None,
        model=row.model,
    )


def _key(post_id: str) -> str:
    """A source may use addresses as ids: what is too long ends with a hash of all of it."""
    longest = _LONGEST["item_id"]
    key = plain(post_id, len(post_id))
    if key == post_id and len(key) <= longest:
        return key
    digest = hashlib.sha256(post_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{key[: longest - len(digest) - 1]}~{digest}"


def _check(name: str, value: float, low: float, high: float, item: Item) -> None:
    if not (low <= value <= high and math.isfinite(value)):
        bounds = f"in [{low:g}, {high:g}]" if math.isfinite(high) else f"{low:g} or more"
        raise ValueError(
            f"{name} must be {bounds}, got {value!r} ({item.source}, {item.post.post_id!r:.80})"
        )
