"""Items that somebody collected elsewhere, with honest times, out of a file."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np

from aurum_plugins.clock import Clock, WallClock
from aurum_plugins.errors import DataError
from aurum_plugins.sentiment.post import Item
from aurum_plugins.sentiment.store.bad_line import BadLine
from aurum_plugins.sentiment.store.record_file import RecordFile
from aurum_plugins.sentiment.store.record_item import RecordRules, item_of_record
from aurum_plugins.sentiment.store.rule_broken import RuleBroken

# Bad lines that are kept to be shown; the others are counted.
BAD_KEPT: Final = 1_000


class ImportedItems:
    """Items of a CSV or JSONL file, in the order in which they were seen.

    The file is read once from end to end to check it, and again to give the items; no more of it
    is in memory than the time and the place of each record. See `item_of_record` for the fields,
    and `RecordFile` for the forms.

    Parameters
    ----------
    path : pathlib.Path
    source : str
        Of records that name none.
    seen_delay_ms : int, optional
        At least 0: when records that do not tell when they were seen count as seen, after their
        publication. Without it they are refused.
    clock : Clock, optional
        Nothing can have been seen after it.

    Attributes
    ----------
    count : int
        Items.
    bad_count : int
        Records that break a rule, and are left out.
    bad : tuple of BadLine
        The first `BAD_KEPT` of them.
    spans : dict of str to tuple of int
        By source: UTC milliseconds at which its first and its last item was seen.

    Raises
    ------
    aurum_plugins.errors.DataError
        If the file cannot be read at all.
    ValueError
        If the delay is negative.
    """

    def __init__(
        self,
        path: Path,
        *,
        source: str = "import",
        seen_delay_ms: int | None = None,
        clock: Clock | None = None,
    ) -> None:
        if seen_delay_ms is not None and seen_delay_ms < 0:
            raise ValueError(f"seen_delay_ms must be 0 or more, got {seen_delay_ms}")
        self.path = path
        self._rules = RecordRules(source, seen_delay_ms, (clock or WallClock()).now_ms())
        self.bad_count = 0
        self.bad: tuple[BadLine, ...] = ()
        self.spans: dict[str, tuple[int, int]] = {}
        self._seen_ms, self._offsets = self._scan()
        self.count = len(self._offsets)

    def chunks(self, size: int = 1_000) -> Iterator[list[Item]]:
        """Give all items, `size` at a time, in order of `seen_ms`.

        Raises
        ------
        aurum_plugins.errors.DataError
            If the file is not as it was when it was checked.
        """
        order = np.argsort(np.frombuffer(self._seen_ms, np.int64), kind="stable")
        with closing(RecordFile(self.path)) as records:
            for start in range(0, self.count, size):
                places = order[start : start + size]
                yield [self._again(records, int(place)) for place in places]

    def _scan(self) -> tuple[array[int], array[int]]:
        seen_ms, offsets = array("q"), array("q")
        bad: list[BadLine] = []
        with closing(RecordFile(self.path)) as records:
            for record in records:
                try:
                    if isinstance(record.fields, RuleBroken):
                        raise record.fields
                    item = item_of_record(record.fields, self._rules)
                except RuleBroken as broken:
                    self.bad_count += 1
                    if len(bad) < BAD_KEPT:
                        bad.append(
                            BadLine(self.path, record.line, broken.field, broken.rule, broken.value)
                        )
                    continue
                seen_ms.append(item.seen_ms)
                offsets.append(record.offset)
                first, last = self.spans.get(item.source, (item.seen_ms, item.seen_ms))
                self.spans[item.source] = (min(first, item.seen_ms), max(last, item.seen_ms))
        self.bad = tuple(bad)
        return seen_ms, offsets

    def _again(self, records: RecordFile, place: int) -> Item:
        fields = records.at(self._offsets[place])
        try:
            if isinstance(fields, RuleBroken):
                raise fields
            item = item_of_record(fields, self._rules)
        except RuleBroken as broken:
            raise DataError(self.path, f"it changed while it was read: {broken}") from None
        if item.seen_ms != self._seen_ms[place]:
            raise DataError(self.path, "it changed while it was read: a time is another")
        return item
