"""An event loop in a thread of its own, which can be ended at any moment and begun anew."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 5.0


@dataclass
class _Run:
    """What belongs to one thread."""

    told_to_stop: threading.Event = field(default_factory=threading.Event)
    loop: asyncio.AbstractEventLoop | None = None
    stopping: asyncio.Event | None = None
    thread: threading.Thread | None = None


class BackgroundLoop:
    """Runs `main` in the background until it is told to stop.

    Where `main` ends, or raises anything at all, without having been told, it is begun again after
    a pause. Any thread but the one in the background may call the methods.

    Parameters
    ----------
    main : callable
        Given an event that is set when it shall return; it must do so soon.
    name : str
        Of the thread.
    again_seconds : float
        Before `main` is begun again.
    """

    def __init__(
        self,
        main: Callable[[asyncio.Event], Awaitable[None]],
        name: str,
        again_seconds: float = AGAIN_SECONDS,
    ) -> None:
        self._main = main
        self._name = name
        self._again_seconds = again_seconds
        self._turn = threading.Lock()
        self._run: _Run | None = None

    @property
    def running(self) -> bool:
        """Whether the thread is at work, and was not told to stop."""
        run = self._run
        return (
            run is not None
            and run.thread is not None
            and run.thread.is_alive()
            and not run.told_to_stop.is_set()
        )

    def start(self) -> None:
        """Begin, where it is not running; one that still ends is waited for in the background."""
        with self._turn:
            if self.running:
                return
            before = None if self._run is None else self._run.thread
            run = _Run()
            # It must not keep the process from ending.
            run.thread = threading.Thread(
                target=self._work, args=(run, before), name=self._name, daemon=True
            )
            run.thread.start()
            self._run = run

    def stop(self, seconds: float) -> bool:
        """Tell it to end, and wait so long at most; whether it has ended."""
        with self._turn:
            run = self._run
        if run is None or run.thread is None or not run.thread.is_alive():
            return True
        run.told_to_stop.set()
        if run.stopping is not None:
            _tell(run.loop, run.stopping.set)
        run.thread.join(seconds)
        return not run.thread.is_alive()

    def call(self, function: Callable[[], None]) -> None:
        """Have a function called in the event loop, soon; where there is none, it is not."""
        run = self._run
        if run is not None:
            _tell(run.loop, function)

    def _work(self, run: _Run, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()
        while not run.told_to_stop.is_set():
            try:
                asyncio.run(self._within(run))
            except BaseException:
                # Also SystemExit: it would end this thread and nothing else.
                logger.exception("%s failed.", self._name)
            if not run.told_to_stop.is_set():
                logger.error("%s begins again in %g s.", self._name, self._again_seconds)
                run.told_to_stop.wait(self._again_seconds)

    async def _within(self, run: _Run) -> None:
        run.stopping = asyncio.Event()
        run.loop = asyncio.get_running_loop()
        # Whoever told us to stop before this line may have found no loop.
        if not run.told_to_stop.is_set():
            await self._main(run.stopping)


def _tell(loop: asyncio.AbstractEventLoop | None, call: Callable[[], object]) -> None:
    # There may be no loop yet, or no longer: then there is nobody to be told.
    if loop is not None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(call)
