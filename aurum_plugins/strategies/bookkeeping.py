"""Work on closed trades that a bot's loop does not wait for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Final

from aurum_plugins.process_wide import STOP_SECONDS

logger = logging.getLogger(__name__)

RETRY_SECONDS: Final = 30.0


class Bookkeeping:
    """Does some tasks in a thread of its own, at the start and whenever a trade has closed.

    A task that fails is told of once and tried again, without the others, until it succeeds.

    Parameters
    ----------
    tasks : mapping of str to callable
        By what they do, in words for the log.
    retry_seconds : float
        From one attempt to the next.
    """

    def __init__(
        self, tasks: Mapping[str, Callable[[], object]], retry_seconds: float = RETRY_SECONDS
    ) -> None:
        self._tasks = dict(tasks)
        self._retry_seconds = retry_seconds
        self._failed: dict[str, str] = {}
        self._awake = threading.Event()
        self._ended = False
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether its thread is at work."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Do everything once, then wait to be woken; goes on as it is if it has begun."""
        if self.running:
            return
        self._ended = False
        self._awake.set()
        self._thread = threading.Thread(target=self._run, name="aurum-books", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Have everything done again; returns at once."""
        self._awake.set()

    def stop(self, seconds: float = STOP_SECONDS) -> bool:
        """End after the task under way; waits so long at most, and tells whether it is done.

        What is left undone is done at the next start.
        """
        self._ended = True
        self._awake.set()
        if self._thread is not None:
            self._thread.join(seconds)
        return not self.running

    def work(self, *, everything: bool = True) -> bool:
        """Do all tasks, or those alone that failed the last time; whether all succeeded."""
        for name in list(self._tasks if everything else self._failed):
            if self._ended:
                break
            try:
                self._tasks[name]()
            except Exception as error:  # noqa: BLE001 - it is tried again
                if name not in self._failed:
                    seconds = self._retry_seconds
                    logger.warning("%s failed, again in %g s: %s", name, seconds, error)
                self._failed[name] = repr(error)
            else:
                if self._failed.pop(name, None) is not None:
                    logger.info("%s succeeded.", name)
        return not self._failed

    def _run(self) -> None:
        while not self._ended:
            woken = self._awake.wait(self._retry_seconds if self._failed else None)
            self._awake.clear()
            self.work(everything=woken)
