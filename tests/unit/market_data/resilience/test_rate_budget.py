from __future__ import annotations

import asyncio
import math

import pytest
from staged_clock import StagedClock, settle

from aurum_plugins.clock import VirtualClock
from aurum_plugins.market_data.resilience.rate_budget import RateBudget
from aurum_plugins.market_data.resilience.venue_errors import BudgetSpent, VenueLimiting


def budget_of(clock, per_minute: int = 2, longest_wait_s: float = 120.0) -> RateBudget:
    return RateBudget("kraken", clock, per_minute=per_minute, longest_wait_s=longest_wait_s)


class Queue:
    """Requests that ask a budget one after the other, and when each was granted."""

    def __init__(self, budget: RateBudget, clock: StagedClock) -> None:
        self.budget = budget
        self.clock = clock
        self.granted: list[tuple[str, int]] = []
        self.refused: list[tuple[str, int, float]] = []

    async def ask(self, name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(self._ask(name))
        await settle()
        return task

    async def _ask(self, name: str) -> None:
        try:
            await self.budget.acquire(name)
        except BudgetSpent as error:
            self.refused.append((name, self.clock.passed_ms, error.retry_after_s))
        else:
            self.granted.append((name, self.clock.passed_ms))


@pytest.fixture
def clock() -> StagedClock:
    return StagedClock(start_ms=1_700_000_000_000)


async def test_so_many_at_once_and_no_more_in_a_minute(clock) -> None:
    queue = Queue(budget_of(clock, per_minute=3), clock)
    await clock.advance(500)
    await queue.ask("a")
    await clock.advance(20_000)
    for name in "bcdef":
        await queue.ask(name)
    await clock.advance(200_000)
    assert queue.granted == [
        ("a", 500),
        ("b", 20_500),
        ("c", 20_500),
        ("d", 60_500),
        ("e", 80_500),
        ("f", 80_500),
    ]


async def test_nobody_waits_on_a_virtual_clock() -> None:
    clock = VirtualClock(0)
    budget = budget_of(clock, per_minute=2)
    for _ in range(5):
        await budget.acquire("tickers")
    assert clock.now_ms() == 120_000


async def test_who_would_wait_too_long_is_told_at_once(clock) -> None:
    queue = Queue(budget_of(clock, per_minute=1, longest_wait_s=90), clock)
    for name in "abc":
        await queue.ask(name)
    # b waits a minute; c would wait two.
    assert queue.refused == [("c", 0, 120.0)]
    await clock.advance(30_000)
    await queue.ask("d")
    await clock.advance(300_000)
    assert queue.granted == [("a", 0), ("b", 60_000), ("d", 120_000)]


async def test_nobody_overtakes_one_who_was_not_woken_yet(clock) -> None:
    queue = Queue(budget_of(clock, per_minute=1), clock)
    await queue.ask("a")
    await queue.ask("b")
    clock.passed_ms += 60_000
    await queue.ask("c")
    await clock.advance(60_000)
    assert queue.granted == [("a", 0), ("b", 60_000), ("c", 120_000)]


@pytest.mark.parametrize(("passed_ms", "refused"), [(59_499, 1), (59_500, 0)])
async def test_the_longest_wait_is_kept_to_the_millisecond(clock, passed_ms, refused) -> None:
    queue = Queue(budget_of(clock, per_minute=1, longest_wait_s=0.5), clock)
    await queue.ask("a")
    clock.passed_ms += passed_ms
    await queue.ask("b")
    assert len(queue.refused) == refused


async def test_the_error_says_what_and_how_long(clock) -> None:
    budget = budget_of(clock, per_minute=1, longest_wait_s=0)
    await budget.acquire("tickers")
    clock.passed_ms += 59_000
    rule = "kraken: candles: not asked, our own limit allows it in 1 s"
    with pytest.raises(VenueLimiting, match=rule) as no:
        await budget.acquire("candles")
    assert no.value.retry_after_s == 1.0
    assert not no.value.is_failure
    clock.passed_ms += 1_000
    await budget.acquire("candles")


async def test_who_was_refused_spent_nothing(clock) -> None:
    budget = budget_of(clock, per_minute=1, longest_wait_s=0)
    await budget.acquire("tickers")
    for _ in range(10):
        with pytest.raises(BudgetSpent):
            await budget.acquire("tickers")
    clock.passed_ms += 60_000
    await budget.acquire("tickers")


async def test_nothing_is_granted_during_a_pause(clock) -> None:
    queue = Queue(budget_of(clock), clock)
    queue.budget.pause(2.5)
    assert queue.budget.paused_for_s == 2.5
    await queue.ask("a")
    await clock.advance(1_000)
    assert queue.budget.paused_for_s == 1.5
    queue.budget.pause(0.5)
    assert queue.budget.paused_for_s == 1.5
    queue.budget.pause(4)
    await clock.advance(10_000)
    assert queue.granted == [("a", 5_000)]
    assert queue.budget.paused_for_s == 0


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        (None, 10.0),
        (math.nan, 10.0),
        (-1.0, 10.0),
        (-math.inf, 10.0),
        (math.inf, 600.0),
        (1e300, 600.0),
        (601, 600.0),
        (0, 0.0),
        (0.0004, 0.001),
    ],
)
def test_pauses_that_make_no_sense(clock, told, meant) -> None:
    budget = budget_of(clock)
    budget.pause(told)
    assert budget.paused_for_s == meant


async def test_a_pause_sends_away_those_who_wait_before_their_time_is_over(clock) -> None:
    queue = Queue(budget_of(clock, per_minute=1, longest_wait_s=150), clock)
    for name in "abc":
        await queue.ask(name)
    await clock.advance(30_000)
    queue.budget.pause(400)
    await clock.advance(500_000)
    assert queue.granted == [("a", 0)]
    assert queue.refused == [("b", 60_000, 370.0), ("c", 60_000, 370.0)]
    await queue.ask("d")
    assert queue.granted[1:] == [("d", 530_000)]


async def test_a_cancelled_waiter_takes_nothing_with_it(clock) -> None:
    queue = Queue(budget_of(clock, per_minute=1, longest_wait_s=600), clock)
    waiting = [await queue.ask(name) for name in "abcde"]
    await clock.advance(10_000)
    waiting[1].cancel()
    waiting[3].cancel()
    await clock.advance(400_000)
    assert queue.granted == [("a", 0), ("c", 60_000), ("e", 120_000)]


async def test_cancelled_in_the_moment_of_its_grant(clock) -> None:
    queue = Queue(budget_of(clock, per_minute=1), clock)
    await queue.ask("a")
    waiting = await queue.ask("b")
    await queue.ask("c")
    clock.passed_ms += 60_000
    waiting.cancel()
    await clock.advance(0)
    assert waiting.cancelled()
    await clock.advance(60_000)
    assert queue.granted == [("a", 0), ("c", 60_000)]


async def test_those_who_left_the_queue_hold_up_nobody(clock) -> None:
    queue = Queue(budget_of(clock, per_minute=1, longest_wait_s=60), clock)
    await queue.ask("a")
    waiting = await queue.ask("b")
    await queue.ask("c")
    waiting.cancel()
    await settle()
    await queue.ask("d")
    await clock.advance(60_000)
    assert queue.granted == [("a", 0), ("d", 60_000)]
    assert [name for name, *_ in queue.refused] == ["c"]


async def test_a_clock_set_back_delays_by_a_minute_at_most(clock) -> None:
    queue = Queue(budget_of(clock, per_minute=1), clock)
    await queue.ask("a")
    await queue.ask("b")
    await clock.advance(59_000)
    clock.set_by(-86_400_000)
    await clock.advance(1_000 + 60_000)
    assert queue.granted == [("a", 0), ("b", 120_000)]


async def test_a_clock_set_back_does_not_keep_a_pause_for_ever(clock) -> None:
    queue = Queue(budget_of(clock), clock)
    queue.budget.pause(30)
    clock.set_by(-86_400_000)
    await queue.ask("a")
    await clock.advance(30_000)
    assert queue.granted == [("a", 30_000)]


def test_it_serves_one_loop_after_the_other() -> None:
    clock = VirtualClock(0)
    budget = budget_of(clock, per_minute=1, longest_wait_s=600)

    async def several() -> None:
        await asyncio.gather(*(budget.acquire("tickers") for _ in range(3)))

    asyncio.run(several())
    asyncio.run(several())
    assert clock.now_ms() == 300_000


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"per_minute": 0}, "per_minute must be 1 or more, got 0"),
        ({"longest_wait_s": -1.0}, "longest_wait_s must be 0 or more, got -1"),
        ({"longest_wait_s": math.nan}, "longest_wait_s must be 0 or more, got nan"),
    ],
)
def test_settings_that_make_no_sense(wrong, words) -> None:
    with pytest.raises(ValueError, match=words):
        budget_of(VirtualClock(0), **wrong)


async def test_what_is_due_is_granted_though_the_clock_ticks_on_meanwhile() -> None:
    class Ticking(VirtualClock):
        def now_ms(self) -> int:
            return self.advance(1)

    budget = budget_of(Ticking(1_700_000_000_000), per_minute=1_000, longest_wait_s=0)
    for _ in range(100):
        await budget.acquire("tickers")
