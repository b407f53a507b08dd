"""An item out of a record that somebody collected elsewhere."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.sentiment.plain_text import plain_text
from aurum_plugins.sentiment.post import Item, Post
from aurum_plugins.sentiment.store.rule_broken import RuleBroken

# The clocks of sources are not ours.
CLOCK_ERROR_MS: Final = 5 * MINUTE_MS
_LONGEST_SOURCE: Final = 100
_LONGEST_AUTHOR: Final = 200
_LONGEST_URL: Final = 2_000

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
# Seconds and microseconds are no milliseconds: neither falls between these years.
_EARLIEST_MS: Final = 946_684_800_000
_LATEST_MS: Final = 4_102_444_800_000
_TIME_RULE: Final = (
    "must be a time in ISO 8601 with its zone, or UTC milliseconds, between 2000 and 2100"
)
# As some programs write whole numbers.
_NUMBER: Final = re.compile(r"(\d{1,17})(?:\.0+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class RecordRules:
    """What is done where a record does not say.

    Attributes
    ----------
    source : str
        Of records that name none.
    seen_delay_ms : int or None
        Added to the time of publication where the time of seeing is not told. None: such records
        are refused.
    now_ms : int
        UTC milliseconds; nothing can have been seen later.
    """

    source: str
    seen_delay_ms: int | None
    now_ms: int


def item_of_record(fields: Mapping[str, object], rules: RecordRules) -> Item:
    """Read a record.

    Parameters
    ----------
    fields : mapping of str to object
        `text`, or `title` and `body`; `seen_at`, `published_at`, `source`, `id`, `author`, `url`.
        Others are not looked at. Empty is as good as absent.
    rules : RecordRules

    Raises
    ------
    RuleBroken
    """
    source = _source(fields, rules)
    text = _text(fields)
    published_ms = _time(fields, "published_at")
    seen_ms = _seen_ms(fields, published_ms, rules)
    post_id = _id(fields)
    if not post_id:
        # Not of a delay, so that another import with another one adds nothing twice.
        told_ms = seen_ms if published_ms is None else published_ms
        said = f"{source}\n{told_ms}\n{text}".encode()
        post_id = f"sha256:{hashlib.sha256(said).hexdigest()[:32]}"
    post = Post(
        post_id=post_id,
        text=text,
        published_ms=published_ms,
        author=plain_text(_string(fields, "author"), markup=False, longest=_LONGEST_AUTHOR),
        url=plain_text(_string(fields, "url"), markup=False, longest=_LONGEST_URL),
    )
    return Item(source, seen_ms, post)


def _source(fields: Mapping[str, object], rules: RecordRules) -> str:
    source = _string(fields, "source").strip() or rules.source
    if len(source) > _LONGEST_SOURCE or not source.isprintable():
        rule = f"must be printable, and have {_LONGEST_SOURCE} characters at most"
        raise RuleBroken("source", rule, source)
    return source


def _text(fields: Mapping[str, object]) -> str:
    parts = [_string(fields, "text")]
    if not parts[0].strip():
        parts = [_string(fields, "title"), _string(fields, "body")]
    text = plain_text(*parts)
    if not text:
        raise RuleBroken("text", "must say something, or title and body must", parts[0])
    return text


def _seen_ms(fields: Mapping[str, object], published_ms: int | None, rules: RecordRules) -> int:
    field = "seen_at"
    seen_ms = _time(fields, field)
    if seen_ms is None:
        if published_ms is None:
            raise RuleBroken(field, "must be there", None)
        if rules.seen_delay_ms is None:
            rule = "must be there, or a delay must be given from published_at on"
            raise RuleBroken(field, rule, None)
        field, seen_ms = "published_at", published_ms + rules.seen_delay_ms
    elif published_ms is not None and seen_ms < published_ms - CLOCK_ERROR_MS:
        rule = "must not be before published_at by more than 5 minutes"
        raise RuleBroken(field, rule, fields[field])
    if seen_ms > rules.now_ms + CLOCK_ERROR_MS:
        raise RuleBroken(field, "must not be in the future", fields[field])
    return seen_ms


def _id(fields: Mapping[str, object]) -> str:
    value = fields.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _string(fields, "id").strip()


def _string(fields: Mapping[str, object], field: str) -> str:
    value = fields.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RuleBroken(field, "must be text", value)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RuleBroken(field, "must be UTF-8", value) from None
    return value


def _time(fields: Mapping[str, object], field: str) -> int | None:
    """UTC milliseconds; None if it is not told."""
    value = fields.get(field)
    if value is None or value == "":
        return None
    ms = _milliseconds(value)
    if ms is None or not _EARLIEST_MS <= ms <= _LATEST_MS:
        raise RuleBroken(field, _TIME_RULE, value)
    return ms


def _milliseconds(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value).strip()
    if number := _NUMBER.fullmatch(text):
        return int(number[1])
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    # Rounded up: it was not seen earlier.
    return None if at.tzinfo is None else -((_EPOCH - at) // _MS)
