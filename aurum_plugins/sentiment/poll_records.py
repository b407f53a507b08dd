"""What polls brought: judged, written down, and where to go on from."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from aurum_plugins.clock import Clock
from aurum_plugins.sentiment.duplicates import REMEMBERED_MS
from aurum_plugins.sentiment.intake import Intake
from aurum_plugins.sentiment.post import Item, Post
from aurum_plugins.sentiment.scored_item import ScoredItem
from aurum_plugins.sentiment.sources.source import Cursor, Polled
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

logger = logging.getLogger(__name__)

# Ids of posts, of each source: more than any answer holds.
IDS_KEPT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a poll goes on from.

    Attributes
    ----------
    cursor : Cursor
    others_ms : int or None
        UTC milliseconds of the last poll, where somebody else made it; None if nobody did.
    """

    cursor: Cursor
    others_ms: int | None


@dataclass(frozen=True, slots=True)
class _Unwritten:
    items: Sequence[ScoredItem]
    cursor: Cursor


class PollRecords:
    """Writes what each poll brought in one transaction: items, cursor, and that we listened.

    What cannot be written is kept, one poll of each source at most, and written before the next
    one. An item counts as seen when it is written: nobody could have known of it before. Threads
    may share it; they wait for each other.

    Parameters
    ----------
    store : SentimentStore
    intake : Intake
        Nobody else's.
    clock : Clock

    Notes
    -----
    Every method raises `aurum_plugins.database.errors.DatabaseUnavailable` if the database is.
    """

    def __init__(self, store: SentimentStore, intake: Intake, clock: Clock) -> None:
        self._store = store
        self._intake = intake
        self._clock = clock
        self._turn = threading.Lock()
        self._unwritten: dict[str, _Unwritten] = {}
        self._ids: dict[str, OrderedDict[str, None]] = {}
        self._ours_ms: dict[str, int] = {}
        # Whether items were written that the intake does not know of.
        self._behind = True

    def begin(self, source: str) -> Standing:
        """Write down what is left over from the last poll of a source; where to go on."""
        with self._turn:
            if source in self._unwritten:
                self._write(source)
            state = self._store.state(source)
            if state is None:
                return Standing({}, None)
            others = state.polled_ms != self._ours_ms.get(source)
            self._behind |= others
            return Standing(state.cursor, state.polled_ms if others else None)

    def answered(self, source: str, polled: Polled) -> int:
        """Judge what a poll brought, and write it down; how many items were new."""
        with self._turn:
            now_ms = self._clock.now_ms()
            if self._behind:
                self._intake.restore(self._store.recent(now_ms - REMEMBERED_MS))
                self._behind = False
            items = [Item(source, now_ms, post) for post in self._new(source, polled.posts)]
            self._unwritten[source] = _Unwritten(self._judged(items), polled.cursor)
            return self._write(source)

    def failed(self, source: str, fault: str) -> None:
        """Write down that a poll failed, and how."""
        with self._turn:
            now_ms = self._clock.now_ms()
            self._store.note(
                source, cursor=None, polled_ms=now_ms, answered_ms=None, fault=fault, new_items=0
            )
            self._ours_ms[source] = now_ms

    def delete_before(self, ms: int) -> int:
        """Delete items that were seen before a time; how many. Holds nobody up."""
        return self._store.delete_before(ms)

    def _write(self, source: str) -> int:
        left, now_ms = self._unwritten[source], self._clock.now_ms()
        items = [replace(one, item=replace(one.item, seen_ms=now_ms)) for one in left.items]
        new = self._store.add_poll(source, items, cursor=left.cursor, at_ms=now_ms)
        self._ours_ms[source] = now_ms
        del self._unwritten[source]
        return new

    def _new(self, source: str, posts: Sequence[Post]) -> list[Post]:
        """Those that the source did not say before, as far as we remember."""
        known = self._ids.setdefault(source, OrderedDict())
        new: list[Post] = []
        for post in posts:
            if post.post_id not in known:
                new.append(post)
            known[post.post_id] = None
            known.move_to_end(post.post_id)
        while len(known) > max(IDS_KEPT, len(posts)):
            known.popitem(last=False)
        return new

    def _judged(self, items: Sequence[Item]) -> list[ScoredItem]:
        try:
            return self._intake.take(items)
        except Exception:
            logger.exception("Items of %s are judged one by one.", items[0].source)
        judged: list[ScoredItem] = []
        for item in items:
            # One text that nobody can make sense of must not cost the others.
            try:
                judged += self._intake.take([item])
            except Exception as error:  # noqa: BLE001 - logged
                logger.error(  # noqa: TRY400 - its text may be anybody's
                    "An item of %s is lost: %s", item.source, type(error).__name__
                )
        return judged
