"""Times at which a source was listened to: spans that lie apart."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from aurum_plugins.database.schema import sentiment_coverage
from aurum_plugins.sentiment.store.patience import PATIENCE_MS

_SPAN = sentiment_coverage.c
_OF_SOURCE = _SPAN.source == bindparam("of")
_NEAR: Final = select(_SPAN.from_ms, _SPAN.until_ms).where(
    _OF_SOURCE,
    _SPAN.until_ms >= bindparam("first"),
    _SPAN.from_ms <= bindparam("last"),
)
_DROP: Final = delete(sentiment_coverage).where(_OF_SOURCE, _SPAN.from_ms == bindparam("begun"))
_INSERT: Final = insert(sentiment_coverage)


def add_span(connection: Connection, source: str, from_ms: int, until_ms: int) -> None:
    """Note that a source was listened to, both ends included.

    Spans of a source that lie no more than `PATIENCE_MS` apart become one, which covers the same
    times as they did.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Of `Database.writing`.
    source : str
    from_ms, until_ms : int
        UTC milliseconds.

    Raises
    ------
    ValueError
        If the end is before the beginning.
    """
    if until_ms < from_ms:
        raise ValueError(f"until_ms must be {from_ms} (from_ms) or more, got {until_ms}")
    near = {"of": source, "first": from_ms - PATIENCE_MS, "last": until_ms + PATIENCE_MS}
    spans = [(begun, ended) for begun, ended in connection.execute(_NEAR, near)]
    joined = (
        min([from_ms, *(begun for begun, _ in spans)]),
        max([until_ms, *(ended for _, ended in spans)]),
    )
    if spans == [joined]:
        return
    if spans:
        connection.execute(_DROP, [{"of": source, "begun": begun} for begun, _ in spans])
    connection.execute(_INSERT, {"source": source, "from_ms": joined[0], "until_ms": joined[1]})
