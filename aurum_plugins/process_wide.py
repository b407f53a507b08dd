"""Something at work in the background that a process has in common."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

STOP_SECONDS: Final = 3.0


class AtWork(Protocol):
    """What can be begun, also when it is at work already, and ended."""

    def start(self) -> object:
        """Begin, unless it has begun."""
        ...

    def stop(self, seconds: float = ...) -> object:
        """Ask it to end, and wait that long at the most."""
        ...


Kind = TypeVar("Kind", bound=AtWork)


class ProcessWide(Generic[Kind]):
    """At most one of a kind in a process, which ends with the process.

    Asked for under another key, as after the configuration was loaded again, another one takes its
    place, and the one before is told to stop. A forked process, where the parent's threads are not,
    gets one of its own.

    Parameters
    ----------
    stop_seconds : float
        How long the end of the process waits for it.
    """

    def __init__(self, stop_seconds: float = STOP_SECONDS) -> None:
        self._stop_seconds = stop_seconds
        self._at_work: dict[str, Kind] = {}
        self._turn = threading.Lock()
        atexit.register(self.end)
        os.register_at_fork(after_in_child=self._forget)

    @property
    def keys(self) -> tuple[str, ...]:
        """What the one that is there was asked for with; empty if there is none."""
        return tuple(self._at_work)

    def get(self, key: str, make: Callable[[], Kind]) -> Kind:
        """The one of that key, at work.

        Parameters
        ----------
        key : str
            Tells one from another.
        make : callable
            Makes one. What it raises leaves the one before at work.
        """
        with self._turn:
            if key not in self._at_work:
                made = make()
                self._end_all(0)
                self._at_work[key] = made
            wanted = self._at_work[key]
            wanted.start()
        return wanted

    def end(self, seconds: float | None = None) -> None:
        """End the one that is there, if any, and wait that long at the most."""
        self._end_all(self._stop_seconds if seconds is None else seconds)

    def _end_all(self, seconds: float) -> None:
        while self._at_work:
            _, ending = self._at_work.popitem()
            ending.stop(seconds)

    def _forget(self) -> None:
        """In a forked process: whoever held the lock is not in it."""
        self._turn = threading.Lock()
        self._at_work.clear()
