"""A pair whose training failed is left alone for a while."""

from __future__ import annotations

import threading

from aurum_plugins.clock import Clock, WallClock

RETRY_MS = 600_000


class FailedTrainings:
    """Remembers failures, because FreqAI tries a pair without a model again every second.

    Parameters
    ----------
    clock : Clock or None
        None: the machine's own.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or WallClock()
        self._failures: dict[str, tuple[int, Exception]] = {}
        self._lock = threading.Lock()

    def check(self, pair: str) -> None:
        """Raise what a training raised less than ten minutes ago."""
        with self._lock:
            at_ms, error = self._failures.get(pair, (0, None))
        if error is not None and self._clock.now_ms() - at_ms < RETRY_MS:
            raise error.with_traceback(None)

    def note(self, pair: str, error: Exception) -> bool:
        """Remember a failure; whether it is news."""
        with self._lock:
            known = self._failures.get(pair)
            if known is not None and known[1] is error:
                return False
            # A traceback holds the tables of the training.
            self._failures[pair] = self._clock.now_ms(), error
            return True

    def forget(self, pair: str) -> None:
        """The pair was trained."""
        with self._lock:
            self._failures.pop(pair, None)
