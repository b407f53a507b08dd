"""What `aurum sentiment` shows, in types that JSON knows; times are UTC milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from aurum_plugins.commands.sentiment_items import ItemWord
from aurum_plugins.commands.sentiment_sources import SourceReport
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.subject_moods import SubjectMood


def moods_document(
    moods: Sequence[SubjectMood], now_ms: int, half_life_minutes: float
) -> dict[str, Any]:
    """Moods at one time; those that are not available are null."""
    return {
        "now_ms": now_ms,
        "half_life_minutes": half_life_minutes,
        "moods": [_mood(mood) for mood in moods],
    }


def items_document(words: Sequence[ItemWord]) -> list[dict[str, Any]]:
    """Items, in the order given."""
    return [_item(word) for word in words]


def sources_document(
    reports: Sequence[SourceReport], off: Sequence[str], now_ms: int
) -> dict[str, Any]:
    """How sources are doing, and why others are off."""
    return {
        "now_ms": now_ms,
        "sources": [asdict(report) for report in reports],
        "off": list(off),
    }


def _mood(mood: SubjectMood) -> dict[str, Any]:
    known = mood.available
    return {
        "subject": mood.subject,
        "available": known,
        "mean": mood.mean if known else None,
        "count": mood.count if known else None,
        "dispersion": mood.dispersion if known else None,
        "shock": None if mood.shock is None else _shock(mood.shock),
    }


def _shock(shock: Shock) -> dict[str, Any]:
    return {**asdict(shock), "kind": shock.kind.value}


def _item(word: ItemWord) -> dict[str, Any]:
    scored, post = word.item, word.item.item.post
    event = scored.event
    return {
        "source": scored.item.source,
        "id": post.post_id,
        "seen_ms": scored.item.seen_ms,
        "published_ms": post.published_ms,
        "author": post.author,
        "url": post.url,
        "text": post.text,
        "subjects": list(scored.subjects),
        "score": scored.score,
        "weight": scored.weight,
        "suppressed": None if scored.suppressed is None else scored.suppressed.value,
        "event": None if event is None else {"kind": event.kind.value, "severity": event.severity},
        "model": scored.model,
        "terms": [asdict(term) for term in word.terms],
    }
