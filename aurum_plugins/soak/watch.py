"""Letting a bot trade for a while, with faults in the middle of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Final, Protocol

from aurum_plugins.clock import MINUTE_MS, SECOND_MS, Clock
from aurum_plugins.errors import AurumError
from aurum_plugins.sandbox.faults import FaultInjector, FaultPlan
from aurum_plugins.soak.timetable import Timetable

START_SECONDS: Final = 120.0
# The bot is stopped so long after a candle closed: it has decided then.
REST_SECONDS: Final = 30.0
# Memory is the median over so long, or over a tenth of a short run.
MEMORY_SECONDS: Final = 60.0
TICK: Final = 1.0


class Watchable(Protocol):
    """What is asked of the bot."""

    def start(self) -> None:
        """Start it."""

    def tail(self) -> str:
        """The last lines of its log."""

    @property
    def alive(self) -> bool:
        """Whether it runs."""

    @property
    def has_looped(self) -> bool:
        """Whether it trades."""

    @property
    def memory_mb(self) -> float:
        """What it holds in memory."""


class BotDidNotStart(AurumError):
    """The bot ended, or did not go through its loop in time."""


@dataclass
class Watched:
    """What was seen of a run.

    Attributes
    ----------
    began_ms, ended_ms : int
        The first loop and the end, UTC milliseconds.
    armed_ms, disarmed_ms : int or None
        When the faults began and ended, UTC milliseconds; None without a plan.
    memory : list of tuple of float
        Seconds since the first loop, and MB of the bot then.
    ended_early : bool
        Whether the bot ended by itself.
    """

    began_ms: int
    ended_ms: int = 0
    armed_ms: int | None = None
    disarmed_ms: int | None = None
    memory: list[tuple[float, float]] = field(default_factory=list)
    ended_early: bool = False

    def memory_around(self, timetable: Timetable) -> tuple[float, float, float]:
        """MB early on, after the warm-up and at the end, medians; 0 if not known."""
        if not self.memory:
            return 0.0, 0.0, 0.0
        span = min(MEMORY_SECONDS, timetable.end / 10)
        last = self.memory[-1][0]

        def typical(since: float) -> float:
            during = [mb for at, mb in self.memory if since <= at < since + span]
            return median(during) if during else self.memory[0][1]

        final = [mb for at, mb in self.memory if at > last - span]
        return typical(timetable.early), typical(timetable.warm), median(final)


class Watch:
    """Starts a bot, arms and ends faults, and waits.

    Parameters
    ----------
    bot : Watchable
    injector : FaultInjector
    plan : FaultPlan or None
    timetable : Timetable
    clock : Clock
    on_tick : callable
        Called each second with what was seen so far and the seconds that have passed.
    monotonic, sleep : callable
        Seconds, and waiting for some; injected by tests.
    """

    def __init__(
        self,
        bot: Watchable,
        injector: FaultInjector,
        plan: FaultPlan | None,
        timetable: Timetable,
        clock: Clock,
        on_tick: Callable[[Watched, float], None],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._bot = bot
        self._injector = injector
        self._plan = plan
        self._timetable = timetable
        self._clock = clock
        self._on_tick = on_tick
        self._monotonic = monotonic
        self._sleep = sleep

    def run(self) -> Watched:
        """Run it to the end; Ctrl-C brings the end nearer.

        Raises
        ------
        BotDidNotStart
            If it did not; it may still run.
        """
        self._start()
        began = self._monotonic()
        seen = Watched(self._clock.now_ms())
        try:
            self._trade(seen, began, self._timetable.end)
        except KeyboardInterrupt:
            self._disarm(seen)
            self._trade(seen, began, 0.0)
        self._disarm(seen)
        seen.ended_ms = self._clock.now_ms()
        seen.ended_early = not self._bot.alive
        return seen

    def _start(self) -> None:
        self._bot.start()
        deadline = self._monotonic() + START_SECONDS
        while not self._bot.has_looped:
            if not self._bot.alive or self._monotonic() > deadline:
                raise BotDidNotStart(f"The bot did not start:\n{self._bot.tail()}")
            self._sleep(TICK / 4)

    def _trade(self, seen: Watched, began: float, end: float) -> None:
        """Wait for a moment, and then for one between two candles."""
        while self._bot.alive:
            passed = self._monotonic() - began
            seen.memory.append((passed, self._bot.memory_mb))
            if passed >= self._timetable.disarmed:
                self._disarm(seen)
            elif passed >= self._timetable.armed and end:
                self._arm(seen)
            self._on_tick(seen, passed)
            if passed >= end and self._clock.now_ms() % MINUTE_MS >= REST_SECONDS * SECOND_MS:
                return
            self._sleep(TICK)

    def _arm(self, seen: Watched) -> None:
        if self._plan is not None and seen.armed_ms is None:
            self._injector.arm(self._plan)
            seen.armed_ms = self._clock.now_ms()

    def _disarm(self, seen: Watched) -> None:
        if seen.armed_ms is not None and seen.disarmed_ms is None:
            self._injector.disarm()
            seen.disarmed_ms = self._clock.now_ms()
