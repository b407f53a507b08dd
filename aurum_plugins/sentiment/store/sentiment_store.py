"""What was seen, written once: items, who is mentioned in them, and when somebody listened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from aurum_plugins.database import Database
from aurum_plugins.database.schema import (
    sentiment_coverage,
    sentiment_items,
    sentiment_mentions,
    sentiment_sources,
)
from aurum_plugins.database.upsert import upsert
from aurum_plugins.sentiment.scored_item import ScoredItem
from aurum_plugins.sentiment.sources.source import Cursor
from aurum_plugins.sentiment.store.add_span import add_span
from aurum_plugins.sentiment.store.item_rows import Values, plain, row_of_item, rows_of_mentions
from aurum_plugins.sentiment.store.patience import PATIENCE_MS
from aurum_plugins.sentiment.store.recent_item import RecentItem
from aurum_plugins.sentiment.store.source_state import SourceState

_LONGEST_FAULT: Final = 500
# Old items deleted at a time: nobody else can write meanwhile.
_DELETED: Final = 2_000

_ITEM, _SPAN = sentiment_items.c, sentiment_coverage.c
_INSERT_NEW: Final = {
    kind: of_kind(sentiment_items).on_conflict_do_nothing().returning(_ITEM.source, _ITEM.item_id)
    for kind, of_kind in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_STATE: Final = select(sentiment_sources).where(sentiment_sources.c.source == bindparam("of"))
_RECENT: Final = (
    select(
        *(_ITEM.text_hash, _ITEM.author, _ITEM.source),
        *(_ITEM.seen_ms, _ITEM.text, _ITEM.published_ms),
    )
    .where(_ITEM.seen_ms >= bindparam("since_ms"))
    .order_by(_ITEM.seen_ms, _ITEM.source, _ITEM.item_id)
)
_OLD: Final = (
    select(_ITEM.source, _ITEM.item_id, _ITEM.seen_ms, _ITEM.subjects)
    .where(_ITEM.seen_ms < bindparam("before_ms"))
    .order_by(_ITEM.seen_ms)
    .limit(_DELETED)
)
_FORGET_ITEM: Final = delete(sentiment_items).where(
    _ITEM.source == bindparam("of"), _ITEM.item_id == bindparam("id")
)
_FORGET_MENTION: Final = delete(sentiment_mentions).where(
    sentiment_mentions.c.subject == bindparam("about"),
    sentiment_mentions.c.seen_ms == bindparam("at_ms"),
    sentiment_mentions.c.source == bindparam("of"),
    sentiment_mentions.c.item_id == bindparam("id"),
)


class SentimentStore:
    """Writes items, and when each source was listened to; what was written stays as it is.

    An item is known by its source and its id. Whoever adds it again changes nothing, so that a
    transaction may be repeated, and several collectors and imports may write to one database.

    Parameters
    ----------
    database : Database

    Notes
    -----
    Every method raises `aurum_plugins.database.errors.DatabaseUnavailable` if the database is, and
    has then done nothing.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, items: Sequence[ScoredItem]) -> int:
        """Write items in one transaction; of the same item, the one that came first.

        Returns
        -------
        int
            How many were new.

        Raises
        ------
        ValueError
            If a score, a weight or a severity is out of its bounds; nothing is written then.
        """
        rows = _by_key(items)
        with self._database.writing() as connection:
            return _add(self._database.kind, connection, rows)

    def add_poll(
        self, source: str, items: Sequence[ScoredItem], *, cursor: Cursor, at_ms: int
    ) -> int:
        """Write all that a poll brought in one transaction: a crash loses and repeats nothing.

        Parameters
        ----------
        source : str
        items : sequence of ScoredItem
        cursor : Cursor
            For the next poll.
        at_ms : int
            UTC milliseconds at which it was answered: the source was listened to then.

        Returns
        -------
        int
            How many items were new.

        Raises
        ------
        ValueError
            As `add` does.
        """
        rows = _by_key(items)
        with self._database.writing() as connection:
            new = _add(self._database.kind, connection, rows)
            add_span(connection, source, at_ms, at_ms)
            self._note(connection, source, cursor, at_ms, at_ms, "", new)
            return new

    def listened(self, source: str, at_ms: int) -> None:
        """Note that a source answered at a time, in UTC milliseconds.

        The span grows if no more than `PATIENCE_MS` passed since the last time.
        """
        self.listened_between(source, at_ms, at_ms)

    def listened_between(self, source: str, from_ms: int, until_ms: int) -> None:
        """Note that a source is known from one time to another, in UTC milliseconds, both included.

        Raises
        ------
        ValueError
            If `until_ms` is before `from_ms`.
        """
        with self._database.writing() as connection:
            add_span(connection, source, from_ms, until_ms)

    def state(self, source: str) -> SourceState | None:
        """How a source was doing when it was last polled; None if it never was."""
        with self._database.reading() as connection:
            return _state(connection, source)

    def note(
        self,
        source: str,
        *,
        cursor: Cursor | None,
        polled_ms: int,
        answered_ms: int | None,
        fault: str,
        new_items: int,
    ) -> None:
        """Write down how a source is doing.

        Parameters
        ----------
        source : str
        cursor : Cursor or None
            None keeps the one that is there.
        polled_ms : int
            UTC milliseconds.
        answered_ms : int or None
            None keeps the time that is there.
        fault : str
            Untrusted; cut to 500 characters. Empty: the poll was answered.
        new_items : int
            Added to the source's count.
        """
        with self._database.writing() as connection:
            self._note(connection, source, cursor, polled_ms, answered_ms, fault, new_items)

    def recent(self, since_ms: int, before_ms: int | None = None) -> list[RecentItem]:
        """Items seen at or after a time, whether they counted or not, oldest first.

        Parameters
        ----------
        since_ms : int
            UTC milliseconds.
        before_ms : int, optional
            Those seen at this time, or later, are left out.
        """
        statement = _RECENT if before_ms is None else _RECENT.where(_ITEM.seen_ms < before_ms)
        with self._database.reading() as connection:
            return [
                RecentItem(*row) for row in connection.execute(statement, {"since_ms": since_ms})
            ]

    def delete_before(self, ms: int) -> int:
        """Delete what was seen before a time, a few thousand items in each transaction.

        Nothing is known of that time afterwards, so it is no longer covered either.

        Returns
        -------
        int
            How many items.
        """
        with self._database.writing() as connection:
            _forget_coverage(connection, ms)
        deleted = 0
        while True:
            with self._database.writing() as connection:
                some = _forget_items(connection, ms)
            deleted += some
            if some < _DELETED:
                return deleted

    def _note(
        self,
        connection: Connection,
        source: str,
        cursor: Cursor | None,
        polled_ms: int,
        answered_ms: int | None,
        fault: str,
        new_items: int,
    ) -> None:
        was = _state(connection, source) or SourceState(source, {}, polled_ms, None, "", 0)
        row = {
            "source": source,
            "cursor": dict(was.cursor if cursor is None else cursor),
            "polled_ms": polled_ms,
            "answered_ms": was.answered_ms if answered_ms is None else answered_ms,
            "fault": plain(fault, _LONGEST_FAULT),
            "items": was.items + new_items,
        }
        connection.execute(upsert(self._database.kind, sentiment_sources), row)


def _by_key(items: Sequence[ScoredItem]) -> dict[tuple[str, str], Values]:
    rows: dict[tuple[str, str], Values] = {}
    for item in items:
        row = row_of_item(item)
        rows.setdefault((row["source"], row["item_id"]), row)
    return rows


def _add(kind: str, connection: Connection, rows: dict[tuple[str, str], Values]) -> int:
    if not rows:
        return 0
    # Not to be asked for beforehand: a server that does not know yet how large the table has grown
    # looks through all of it for each.
    inserted = connection.execute(_INSERT_NEW[kind], list(rows.values()))
    new = [rows[source, item_id] for source, item_id in inserted]
    mentions = [mention for row in new for mention in rows_of_mentions(row)]
    if mentions:
        connection.execute(insert(sentiment_mentions), mentions)
    return len(new)


def _state(connection: Connection, source: str) -> SourceState | None:
    row = connection.execute(_STATE, {"of": source}).one_or_none()
    return None if row is None else SourceState(*row)


def _forget_coverage(connection: Connection, ms: int) -> None:
    connection.execute(delete(sentiment_coverage).where(_SPAN.until_ms < ms - PATIENCE_MS))
    # A span that ended shortly before still covers times after.
    begun_before = update(sentiment_coverage).where(_SPAN.from_ms < ms, _SPAN.until_ms >= ms)
    connection.execute(begun_before.values(from_ms=ms))


def _forget_items(connection: Connection, ms: int) -> int:
    old = connection.execute(_OLD, {"before_ms": ms}).all()
    items: list[dict[str, Any]] = [{"of": row.source, "id": row.item_id} for row in old]
    mentions = [
        {"about": subject, "at_ms": row.seen_ms, **item}
        for row, item in zip(old, items)
        for subject in row.subjects
    ]
    if mentions:
        connection.execute(_FORGET_MENTION, mentions)
    if items:
        connection.execute(_FORGET_ITEM, items)
    return len(items)
