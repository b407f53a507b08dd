"""Records of a CSV or JSONL file, one at a time, and again by their place."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from aurum_plugins.errors import DataError
from aurum_plugins.sentiment.store.rule_broken import RuleBroken

# A file without line ends must not fill the memory.
LONGEST_LINE: Final = 1 << 20
_BOM: Final = b"\xef\xbb\xbf"
_CSV: Final = (".csv",)
_JSON: Final = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Record:
    """What stands at a place of a file.

    Attributes
    ----------
    line : int
        At which it begins; the first is 1.
    offset : int
        Bytes before it.
    fields : mapping of str to object, or RuleBroken
        By their names in small letters.
    """

    line: int
    offset: int
    fields: Mapping[str, object] | RuleBroken


class RecordFile:
    """An open file; whoever opens it closes it.

    Parameters
    ----------
    path : pathlib.Path
        UTF-8. `.csv` with a first line of names, or `.jsonl` or `.ndjson` with an object in each
        line.

    Raises
    ------
    aurum_plugins.errors.DataError
        If it cannot be read, is of another kind, or has no first line of names.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        kind = path.suffix.lower()
        if kind not in (*_CSV, *_JSON):
            kinds = ", ".join((*_CSV, *_JSON))
            raise DataError(path, f"its name must end with one of {kinds}")
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise DataError(path, f"it cannot be read: {error.strerror}") from None
        self._lines = _Lines(self._file)
        self._names: list[str] = []
        self._csv = kind in _CSV
        if self._csv:
            try:
                self._names = self._header()
            except BaseException:
                self.close()
                raise

    def __iter__(self) -> Iterator[Record]:
        """All records from where the file is; those that are none come with their fault."""
        while True:
            line, offset = self._lines.number + 1, self._lines.offset
            try:
                fields = self._next()
            except RuleBroken as broken:
                yield Record(line, offset, broken)
                continue
            except StopIteration:
                return
            if fields is not None:
                yield Record(line, offset, fields)

    def at(self, offset: int) -> Mapping[str, object] | RuleBroken:
        """The record at a place that an earlier one was found at."""
        self._lines.go_to(offset)
        try:
            return next(iter(self)).fields
        except StopIteration:
            return RuleBroken("", "must still be there", None)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _next(self) -> Mapping[str, object] | None:
        """None: an empty line."""
        return self._next_row() if self._csv else self._next_object()

    def _next_object(self) -> Mapping[str, object] | None:
        line = next(self._lines)
        if not line.strip():
            return None
        try:
            found = orjson.loads(line.encode("utf-8", "surrogateescape"))
        except orjson.JSONDecodeError as error:
            raise RuleBroken("", f"must be JSON in UTF-8: {error}", line) from None
        if not isinstance(found, dict):
            raise RuleBroken("", "must be an object of JSON", found)
        return {name.strip().lower(): value for name, value in found.items()}

    def _next_row(self) -> Mapping[str, object] | None:
        row = self._row()
        if not row:
            return None
        if len(row) != len(self._names):
            rule = f"must have {len(self._names)} columns, as the first line has"
            raise RuleBroken("", rule, len(row))
        return dict(zip(self._names, row))

    def _row(self) -> list[str]:
        try:
            return next(csv.reader(self._lines, strict=True))
        except csv.Error as error:
            raise RuleBroken("", f"must be CSV: {error}", None) from None

    def _header(self) -> list[str]:
        try:
            names = [name.strip().lower() for name in self._row()]
        except (StopIteration, RuleBroken):
            names = []
        if not names:
            raise DataError(self.path, "its first line must name the columns")
        twice = [name for name, same in itertools.groupby(sorted(names)) if len(list(same)) > 1]
        if twice:
            raise DataError(self.path, f"its first line names {twice[0]!r} twice")
        return names


class _Lines:
    """Lines of a file; bytes that are no UTF-8 become halves of surrogate pairs."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.number = 0
        self.offset = 0

    def go_to(self, offset: int) -> None:
        self._file.seek(offset)
        self.offset = offset

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        begun = self.offset
        line = self._read()
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            while (more := self._read()) and not more.endswith(b"\n"):
                pass
            raise RuleBroken("", f"must be no longer than {LONGEST_LINE} bytes", line[:100])
        if begun == 0:
            line = line.removeprefix(_BOM)
        return line.decode("utf-8", "surrogateescape")

    def _read(self) -> bytes:
        line = self._file.readline(LONGEST_LINE)
        self.offset += len(line)
        return line
