"""A pair's history: a file that only grows, one line an event."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from aurum_plugins.forecasting.registry.event import Event

logger = logging.getLogger(__name__)

_LINE_END = b"\n"
_TAIL = 65_536


class History:
    """Events in the order in which they happened.

    A line counts once its end is written. What a killed writer left behind the last end of a line
    is not read, and is cut off before the next event is added.

    Parameters
    ----------
    path : pathlib.Path
        JSON, one object a line. It need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[Event, ...]:
        """All events, the oldest first; lines that make no sense are left out, with a warning."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        whole, _, _ = content.rpartition(_LINE_END)
        events = []
        for line, text in enumerate(whole.split(_LINE_END) if whole else (), start=1):
            event = _event(text)
            if event is None:
                logger.warning("%s: line %d makes no sense and is left out", self.path, line)
            else:
                events.append(event)
        return tuple(events)

    def last_number(self) -> int:
        """Number of the last event, 0 if there is none. Reads no more than it must."""
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - _TAIL))
                tail = file.read()
        except FileNotFoundError:
            return 0
        whole, _, _ = tail.rpartition(_LINE_END)
        for text in reversed(whole.split(_LINE_END)):
            event = _event(text)
            if event is not None:
                return event.number
        return max((event.number for event in self.read()), default=0)

    def append(self, events: Iterable[Event]) -> None:
        """Add events, on the disk before this returns.

        Raises
        ------
        OSError
            If they cannot be written; some may have been.
        """
        lines = b"".join(event.model_dump_json().encode() + _LINE_END for event in events)
        if not lines:
            return
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            _cut_off_torn_line(descriptor)
            while lines:
                lines = lines[os.write(descriptor, lines) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _event(text: bytes) -> Event | None:
    try:
        return Event.model_validate_json(text)
    except ValidationError:
        return None


def _cut_off_torn_line(descriptor: int) -> None:
    size = end = os.fstat(descriptor).st_size
    while end:
        start = max(0, end - _TAIL)
        last = os.pread(descriptor, end - start, start).rfind(_LINE_END)
        end = start
        if last >= 0:
            end = start + last + 1
            break
    if end < size:
        os.ftruncate(descriptor, end)
