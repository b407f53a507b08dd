"""Judging items of a file in the order in which they were seen, and writing them down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from aurum_plugins.sentiment.duplicates import REMEMBERED_MS
from aurum_plugins.sentiment.intake import Intake
from aurum_plugins.sentiment.store.imported_items import ImportedItems
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

CHUNK: Final = 1_000


@dataclass
class ImportTally:
    """What came of an import.

    Attributes
    ----------
    read : int
        Items of the file.
    new : int
        Of them, those that the database did not have; 0 in a dry run.
    suppressed : Counter of str
        Items that do not count, by why.
    events : Counter of str
        Bad events among those that count, by kind.
    subjects : Counter of str
        Items that count, by what they are about.
    spans : dict of str to tuple of int
        By source: from when to when somebody is taken to have listened, UTC milliseconds.
    """

    read: int = 0
    new: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    subjects: Counter[str] = field(default_factory=Counter)
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def import_items(
    items: ImportedItems,
    intake: Intake,
    store: SentimentStore | None,
    *,
    from_ms: int | None = None,
    until_ms: int | None = None,
    on_progress: Callable[[int], object] = lambda _: None,
) -> ImportTally:
    """Judge items, and write them and their sources' coverage down.

    What the database has stays as it is: a repeated import changes nothing, and one that was
    interrupted may be run again. Duplicates are recognised among the items of the file, and of
    items in the database that were seen before its first.

    Parameters
    ----------
    items : ImportedItems
    intake : Intake
        Nobody else's.
    store : SentimentStore or None
        None: nothing is written, nor is anything looked up.
    from_ms, until_ms : int, optional
        UTC milliseconds between which all sources of the file were listened to; each source's own
        first and last item by default.
    on_progress : callable
        Told how many items were dealt with since the last time.

    Raises
    ------
    aurum_plugins.errors.DataError
        If the file changed since it was checked.
    aurum_plugins.database.errors.DatabaseUnavailable
        If something could not be written. What was written before stays.
    """
    spans = {
        source: (first if from_ms is None else from_ms, last if until_ms is None else until_ms)
        for source, (first, last) in sorted(items.spans.items())
    }
    tally = ImportTally(spans=spans)
    if store is not None and items.spans:
        first_ms = min(first for first, _ in items.spans.values())
        intake.restore(store.recent(first_ms - REMEMBERED_MS, first_ms))
    for chunk in items.chunks(CHUNK):
        judged = intake.take(chunk)
        for one in judged:
            if one.suppressed is not None:
                tally.suppressed[one.suppressed.value] += 1
                continue
            tally.subjects.update(one.subjects)
            if one.event is not None:
                tally.events[one.event.kind.value] += 1
        if store is not None:
            tally.new += store.add(judged)
        tally.read += len(judged)
        on_progress(len(judged))
    if store is not None:
        # Last: a time is not covered before its items are there.
        for source, (begin_ms, end_ms) in spans.items():
            store.listened_between(source, begin_ms, end_ms)
    return tally
