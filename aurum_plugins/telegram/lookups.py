"""Work that may take its time, away from the thread that talks to Telegram."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from aurum_plugins.errors import AurumError

logger = logging.getLogger(__name__)

T = TypeVar("T")


class LookupBusy(AurumError):
    """The same is being looked up already.

    Attributes
    ----------
    name : str
    """

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} is being looked up already")


class LookupTooSlow(AurumError):
    """There is no answer in time; whatever was asked goes on.

    Attributes
    ----------
    name : str
    seconds : float
    """

    def __init__(self, name: str, seconds: float) -> None:
        self.name = name
        self.seconds = seconds
        super().__init__(f"{name} has not been answered within {seconds:g} s")


class Lookups:
    """Runs functions in threads, one of each name at a time."""

    def __init__(self) -> None:
        self._under_way: set[str] = set()

    async def look(self, name: str, function: Callable[[], T], seconds: float) -> T:
        """What a function gives.

        Parameters
        ----------
        name : str
            Of what is looked up.
        function : callable
            Called in a thread of its own.
        seconds : float
            Longest wait.

        Raises
        ------
        LookupBusy
            If the last one of that name has not ended, whether or not somebody waits for it.
        LookupTooSlow
        Exception
            Whatever the function raises.
        """
        if name in self._under_way:
            raise LookupBusy(name)
        self._under_way.add(name)
        task = asyncio.ensure_future(asyncio.to_thread(function))
        task.add_done_callback(lambda done: self._ended(name, done))
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise LookupTooSlow(name, seconds)
        return task.result()

    def _ended(self, name: str, task: asyncio.Task[T]) -> None:
        self._under_way.discard(name)
        if not task.cancelled() and task.exception() is not None:
            logger.debug("%s ended with %r", name, task.exception())
