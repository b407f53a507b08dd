"""A bot's signs of life, written by a thread of their own."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from aurum_plugins.clock import Clock
from aurum_plugins.monitoring.report_store import Reported, ReportStore
from aurum_plugins.monitoring.reports import LoopReport, Report
from aurum_plugins.monitoring.resident_memory import resident_bytes
from aurum_plugins.process_wide import STOP_SECONDS

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 5.0
EXITED: Final = "exited"
UNKNOWN: Final = "unknown"


@dataclass(frozen=True)
class _Rounds:
    """How a bot's loop went so far; replaced as a whole, so that no reader sees half of it."""

    began_ms: int = 0
    ended_ms: int = 0
    loops: int = 0
    failures: int = 0
    failures_in_row: int = 0


class Pulse:
    """Writes a bot's last reports every few seconds, also while its loop hangs.

    What the bot calls (`begin_loop`, `end_loop`, `tell`) only keeps something in memory: it takes
    microseconds, waits for no lock and raises nothing. A database that is locked, slow or away
    delays the thread and nothing else; what could not be written is tried again at the next beat.

    =============================  ==============================================================
    what happened to the bot       how it is seen
    =============================  ==============================================================
    its loop hangs                 `loop_began_ms` stays above `loop_ended_ms`
    it was killed, or is stopped   the report grows old
    it ended in order              the state is "exited"
    =============================  ==============================================================

    Parameters
    ----------
    store : ReportStore
    bot : str
        See `aurum_plugins.bot_identity`.
    clock : Clock
    every_seconds : float
        From one beat to the next.
    """

    def __init__(
        self, store: ReportStore, bot: str, clock: Clock, every_seconds: float = EVERY_SECONDS
    ) -> None:
        self._store = store
        self._bot = bot
        self._clock = clock
        self._every_seconds = every_seconds
        self._about: LoopReport | None = None
        self._state: Callable[[], str] = str
        self._rounds = _Rounds()
        # Replaced by the bot's thread, read by ours; what was written is known to ours alone.
        self._told: dict[str, Reported[Any]] = {}
        self._written: dict[str, Reported[Any]] = {}
        self._fault = ""
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether its thread is at work, in this process."""
        return self._thread is not None and self._thread.is_alive()

    def introduce(self, about: LoopReport, state: Callable[[], str]) -> None:
        """Say whose pulse it is, at the start and after the configuration was loaded again.

        Parameters
        ----------
        about : LoopReport
            Of which the state, the loops and the memory are filled in at each beat. What it says of
            the start of the process counts the first time.
        state : callable
            Gives freqtrade's state; called by the thread.
        """
        first = self._about or about
        self._about = about.model_copy(update={"started_ms": first.started_ms})
        self._state = state

    def begin_loop(self, now_ms: int) -> None:
        """Note that a loop begins, UTC milliseconds."""
        # Where the clock was set back meanwhile, the last end was not after this beginning.
        ended_ms = min(self._rounds.ended_ms, now_ms - 1)
        self._rounds = replace(self._rounds, began_ms=now_ms, ended_ms=max(0, ended_ms))

    def end_loop(self, now_ms: int, *, failed: bool = False) -> None:
        """Note that the loop has ended, and whether with an error."""
        rounds = self._rounds
        self._rounds = replace(
            rounds,
            # Whatever the clock did in between: it is not under way any more.
            ended_ms=max(now_ms, rounds.began_ms),
            loops=rounds.loops + 1,
            failures=rounds.failures + failed,
            failures_in_row=rounds.failures_in_row + 1 if failed else 0,
        )

    def tell(self, report: Report) -> None:
        """Let a report be written at the next beat; it takes the place of an earlier one."""
        self._told[report.topic] = Reported(self._clock.now_ms(), report)

    def start(self) -> None:
        """Begin to beat; goes on as it is if it has begun."""
        if self.running:
            return
        self._ended = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(self._ended,), name="aurum-pulse", daemon=True
        )
        self._thread.start()

    def stop(self, seconds: float = STOP_SECONDS) -> bool:
        """Write that the bot has exited; waits so long at most, and tells whether it is done."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(seconds)
        return not self.running

    def beat(self, *, last: bool = False) -> bool:
        """Write what is to be written now; the thread does it.

        Parameters
        ----------
        last : bool
            Whether the bot has ended.

        Returns
        -------
        bool
            False, and a line in the log for the first of a row, if it could not be written.
        """
        try:
            about = self._loop_report(last=last)
            if about is not None:
                # First and alone, so that no other report can keep it back.
                self._store.write(self._bot, [Reported(self._clock.now_ms(), about)])
            due = [one for one in list(self._told.values()) if one is not self._last(one)]
            self._store.write(self._bot, due)
        except Exception as error:  # noqa: BLE001 - the next beat tries again
            self._note_fault(f"{error}" or repr(error))
            return False
        self._written.update({one.report.topic: one for one in due})
        self._note_fault("")
        return True

    def _run(self, ended: threading.Event) -> None:
        while not ended.is_set():
            self.beat()
            ended.wait(self._every_seconds)
        self.beat(last=True)

    def _last(self, one: Reported[Any]) -> Reported[Any] | None:
        return self._written.get(one.report.topic)

    def _loop_report(self, *, last: bool) -> LoopReport | None:
        if self._about is None:
            return None
        rounds = self._rounds
        return self._about.model_copy(
            update={
                "state": EXITED if last else self._state_now(),
                "loop_began_ms": rounds.began_ms,
                "loop_ended_ms": rounds.ended_ms,
                "loops": rounds.loops,
                "failures": rounds.failures,
                "failures_in_row": rounds.failures_in_row,
                "memory_bytes": resident_bytes(os.getpid()),
            }
        )

    def _state_now(self) -> str:
        try:
            return self._state() or UNKNOWN
        except Exception:  # noqa: BLE001 - a sign of life is worth more than what it says
            return UNKNOWN

    def _note_fault(self, fault: str) -> None:
        if fault and not self._fault:
            logger.warning("What the bot reports of itself could not be written: %s", fault)
        elif self._fault and not fault:
            logger.info("What the bot reports of itself is written again.")
        self._fault = fault
