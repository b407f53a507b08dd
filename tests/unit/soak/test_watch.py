"""Faults come and go on time, and the bot is stopped between two candles."""

from __future__ import annotations

from typing import Any

import pytest

from aurum_plugins.clock import VirtualClock
from aurum_plugins.sandbox.faults import FaultInjector, FaultPlan
from aurum_plugins.soak.timetable import Timetable
from aurum_plugins.soak.watch import BotDidNotStart, Watch, Watched

START_MS = 1_795_341_600_000
PLAN = FaultPlan.model_validate({"rules": [{"kind": "dark"}]})


class Bot:
    """Loops 2 s after it was started; ends at a second of the clock."""

    def __init__(self, clock: VirtualClock, ends: float = 1e9, loops: float = 2.0) -> None:
        self._clock = clock
        self._ends, self._loops = ends, loops
        self.starts = 0

    def start(self) -> None:
        self.starts += 1

    def tail(self) -> str:
        return "the last words"

    @property
    def seconds(self) -> float:
        return (self._clock.now_ms() - START_MS) / 1_000

    @property
    def alive(self) -> bool:
        return self.seconds < self._ends

    @property
    def has_looped(self) -> bool:
        return self.seconds >= self._loops

    @property
    def memory_mb(self) -> float:
        return 100 + self.seconds / 100


class World:
    def __init__(self, minutes: float, plan: FaultPlan | None = PLAN, **bot: float) -> None:
        self.clock = VirtualClock(START_MS)
        self.injector = FaultInjector(self.clock)
        self.bot = Bot(self.clock, **bot)
        self.timetable = Timetable.of(minutes)
        self.ticks: list[float] = []
        self.interrupt_at = 1e9
        self.watch = Watch(
            self.bot,
            self.injector,
            plan,
            self.timetable,
            self.clock,
            self.tick,
            monotonic=lambda: self.bot.seconds,
            sleep=self._sleep,
        )

    def tick(self, seen: Watched, passed: float) -> None:
        assert (self.injector.plan is not None) == (
            seen.armed_ms is not None and seen.disarmed_ms is None
        )
        self.ticks.append(passed)

    def _sleep(self, seconds: float) -> Any:
        self.clock.advance(round(seconds * 1_000))
        if self.bot.seconds >= self.interrupt_at:
            self.interrupt_at = 1e9
            raise KeyboardInterrupt


def second(at_ms: int | None) -> float:
    assert at_ms is not None
    return (at_ms - START_MS) / 1_000


def test_faults_begin_after_a_minute_and_end_two_before_the_end() -> None:
    world = World(10)
    seen = world.watch.run()
    assert (second(seen.began_ms), second(seen.armed_ms)) == (2.0, 62.0)
    assert second(seen.disarmed_ms) == 2 + 480
    # Ten minutes, and then to the middle of the candle.
    assert second(seen.ended_ms) == 630.0
    assert world.injector.plan is None
    assert (world.bot.starts, seen.ended_early) == (1, False)
    assert world.ticks == [float(passed) for passed in range(629)]


def test_memory_is_compared_after_the_warm_up() -> None:
    world = World(10)
    early, warm, after = world.watch.run().memory_around(world.timetable)
    assert early == warm == pytest.approx(100 + (2 + 120 + 29.5) / 100)
    assert after == pytest.approx(100 + (630 - 29.5) / 100)


def test_memory_of_a_bot_that_was_hardly_there() -> None:
    timetable = Timetable.of(10)
    assert Watched(0).memory_around(timetable) == (0.0, 0.0, 0.0)
    assert Watched(0, memory=[(0.0, 5.0), (1.0, 7.0)]).memory_around(timetable) == (5.0, 5.0, 6.0)


def test_a_short_run_has_a_part_of_everything() -> None:
    assert Timetable.of(3) == Timetable(36.0, 120.0, 36.0, 36.0, 180.0)
    assert Timetable.of(60) == Timetable(60.0, 3480.0, 120.0, 600.0, 3600.0)


def test_without_a_plan_nothing_is_broken() -> None:
    seen = World(3, plan=None).watch.run()
    assert (seen.armed_ms, seen.disarmed_ms) == (None, None)


def test_a_bot_that_ends_is_noticed_and_the_faults_with_it() -> None:
    world = World(10, ends=100.0)
    seen = world.watch.run()
    assert seen.ended_early
    assert second(seen.disarmed_ms) == second(seen.ended_ms) == 100.0


def test_a_person_ends_it_between_two_candles() -> None:
    world = World(10)
    world.interrupt_at = 70.0
    seen = world.watch.run()
    assert second(seen.disarmed_ms) == 70.0
    assert second(seen.ended_ms) == 90.0


@pytest.mark.parametrize("trouble", [{"loops": 1e9}, {"ends": 1.0}])
def test_a_bot_that_does_not_start_is_an_error(trouble) -> None:
    with pytest.raises(BotDidNotStart, match="did not start:\nthe last words"):
        World(3, **trouble).watch.run()
