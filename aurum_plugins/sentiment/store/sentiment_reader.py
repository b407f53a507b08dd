"""What was seen, read as of a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Self

import numpy as np
from sqlalchemy import URL, BindParameter, Connection, bindparam, select

from aurum_plugins.database import Database, DatabaseUnavailable, open_database
from aurum_plugins.database.schema import (
    sentiment_coverage,
    sentiment_items,
    sentiment_mentions,
    sentiment_sources,
)
from aurum_plugins.sentiment.scored_item import Event, EventKind, ScoredItem
from aurum_plugins.sentiment.store.item_rows import item_of_row
from aurum_plugins.sentiment.store.mentions import Coverage, Mentions
from aurum_plugins.sentiment.store.patience import PATIENCE_MS
from aurum_plugins.sentiment.store.recorded_event import RecordedEvent
from aurum_plugins.sentiment.store.source_state import SourceState

_ITEM, _MENTION, _SPAN = sentiment_items.c, sentiment_mentions.c, sentiment_coverage.c
_FIRST: Final[BindParameter[int]] = bindparam("first_ms")
_LAST: Final[BindParameter[int]] = bindparam("last_ms")
_MENTIONS: Final = (
    select(_MENTION.seen_ms, _MENTION.score, _MENTION.weight)
    .where(_MENTION.subject == bindparam("subject"), _MENTION.seen_ms.between(_FIRST, _LAST))
    .order_by(_MENTION.seen_ms, _MENTION.source, _MENTION.item_id)
)
_MENTION_ROW: Final = np.dtype([("seen_ms", "i8"), ("score", "f8"), ("weight", "f8")])
_SPANS: Final = (
    select(_SPAN.from_ms, _SPAN.until_ms)
    .where(_SPAN.until_ms >= _FIRST, _SPAN.from_ms <= _LAST)
    .order_by(_SPAN.from_ms, _SPAN.until_ms)
)
_EVENTS: Final = (
    select(
        *(_ITEM.seen_ms, _ITEM.source, _ITEM.text, _ITEM.subjects),
        *(_ITEM.event, _ITEM.severity, _ITEM.weight),
    )
    .where(
        # By each name, so that the index is of use.
        _ITEM.event.in_([kind.name for kind in EventKind]),
        _ITEM.seen_ms.between(_FIRST, _LAST),
        _ITEM.suppressed == "",
        _ITEM.weight > 0,
    )
    .order_by(_ITEM.seen_ms, _ITEM.source, _ITEM.item_id)
)
_SINCE: Final[BindParameter[int]] = bindparam("since_ms")
_LIMIT: Final[BindParameter[int]] = bindparam("limit")
_ITEMS: Final = (
    select(sentiment_items)
    .where(_ITEM.seen_ms >= _SINCE)
    .order_by(_ITEM.seen_ms.desc(), _ITEM.source, _ITEM.item_id)
    .limit(_LIMIT)
)
_ITEMS_ABOUT: Final = (
    select(sentiment_items)
    .join(
        sentiment_mentions,
        (_ITEM.source == _MENTION.source) & (_ITEM.item_id == _MENTION.item_id),
    )
    .where(_MENTION.subject == bindparam("subject"), _MENTION.seen_ms >= _SINCE)
    .order_by(_MENTION.seen_ms.desc(), _MENTION.source, _MENTION.item_id)
    .limit(_LIMIT)
)
_SOURCES: Final = select(sentiment_sources).order_by(sentiment_sources.c.source)


class SentimentReader:
    """Reads what a `SentimentStore` wrote, of any process.

    What it gives up to a time does not depend on anything that was seen later.

    Parameters
    ----------
    url : sqlalchemy.URL
        See `aurum_plugins.database.database_url`. Opened at the first reading; never made, brought
        up to date or written to.

    Notes
    -----
    Every method but `close` raises `aurum_plugins.database.errors.DatabaseUnavailable` if the
    database is, or holds what this code does not understand.
    """

    def __init__(self, url: URL) -> None:
        self._url = url
        self._database: Database | None = None
        self._borrowed = False

    @classmethod
    def of(cls, database: Database) -> Self:
        """One that reads from an open database, which `close` leaves open to its other users."""
        reader = cls(database.engine.url)
        reader._database, reader._borrowed = database, True
        return reader

    def mentions(self, subject: str, first_ms: int, last_ms: int) -> Mentions:
        """Items about a subject that count, seen between two times (UTC ms, both included)."""
        asked = {"subject": subject, "first_ms": first_ms, "last_ms": last_ms}
        with self._reading() as connection:
            # One after the other: 100,000 rows at once would call upon the garbage collector.
            rows = np.fromiter(map(tuple, connection.execute(_MENTIONS, asked)), _MENTION_ROW)
        return Mentions(*(np.ascontiguousarray(rows[name]) for name in _MENTION_ROW.names or ()))

    def coverage(self, first_ms: int, last_ms: int, source: str | None = None) -> Coverage:
        """When any source was listened to, as of `last_ms`.

        Parameters
        ----------
        first_ms, last_ms : int
            UTC milliseconds. Every span that covers a time between them, both included, is there:
            see `PATIENCE_MS`. None ends after `last_ms`.
        source : str, optional
            Of one source only.
        """
        asked = {"first_ms": first_ms - PATIENCE_MS, "last_ms": last_ms}
        statement = _SPANS if source is None else _SPANS.where(_SPAN.source == source)
        union: list[tuple[int, int]] = []
        with self._reading() as connection:
            for from_ms, until_ms in connection.execute(statement, asked):
                ended = min(until_ms, last_ms)
                if union and from_ms <= union[-1][1] + PATIENCE_MS:
                    union[-1] = (union[-1][0], max(union[-1][1], ended))
                else:
                    union.append((from_ms, ended))
        spans = np.array(union, np.int64).reshape(-1, 2)
        return Coverage(spans[:, 0].copy(), spans[:, 1].copy())

    def events(self, first_ms: int, last_ms: int) -> list[RecordedEvent]:
        """Bad events that count, seen between two times (UTC ms, both included), oldest first."""
        with self._reading() as connection:
            return [
                RecordedEvent(
                    seen_ms=row.seen_ms,
                    source=row.source,
                    text=row.text,
                    subjects=tuple(row.subjects),
                    event=Event(EventKind[row.event], row.severity),
                    weight=row.weight,
                )
                for row in connection.execute(_EVENTS, {"first_ms": first_ms, "last_ms": last_ms})
            ]

    def items(self, subject: str | None, since_ms: int, limit: int) -> list[ScoredItem]:
        """The newest items, for people to look at, newest first.

        Parameters
        ----------
        subject : str or None
            Only those that count for it. None: all, those that do not count among them.
        since_ms : int
            UTC milliseconds at which they were seen, or later.
        limit : int
            At most so many.
        """
        asked: dict[str, Any] = {"since_ms": since_ms, "limit": limit}
        statement = _ITEMS
        if subject is not None:
            statement, asked["subject"] = _ITEMS_ABOUT, subject
        with self._reading() as connection:
            return [item_of_row(row) for row in connection.execute(statement, asked)]

    def sources(self) -> list[SourceState]:
        """How each source was doing when it was last polled, sorted by name."""
        with self._reading() as connection:
            return [SourceState(*row) for row in connection.execute(_SOURCES)]

    def close(self) -> None:
        """Close the database; a later reading opens it again."""
        if self._database is not None and not self._borrowed:
            self._database.close()
            self._database = None

    def __getstate__(self) -> dict[str, Any]:
        # Hyperopt pickles strategies, and no connection survives that.
        return {**self.__dict__, "_database": None, "_borrowed": False}

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if self._database is None:
            self._database = open_database(self._url, migrate=False)
        with self._database.reading() as connection:
            try:
                yield connection
            # SQLite keeps whatever it was given, and a newer version knows more names.
            except (LookupError, TypeError, ValueError) as error:
                reason = f"it holds sentiment that makes no sense here: {error}"
                raise DatabaseUnavailable(self._database.url, reason) from error
