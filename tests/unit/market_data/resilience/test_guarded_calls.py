from __future__ import annotations

import asyncio
import contextlib
import math
from random import Random

import pytest
from staged_clock import StagedClock, settle

from aurum_plugins.clock import VirtualClock
from aurum_plugins.market_data.resilience import (
    CircuitBreaker,
    CircuitState,
    GuardedCalls,
    HealthRecord,
    RateBudget,
)
from aurum_plugins.market_data.resilience.venue_errors import (
    BudgetSpent,
    CircuitOpen,
    VenueAnswerRefused,
    VenueFailing,
    VenueLimiting,
    VenueRefuses,
    VenueUnreachable,
)
from aurum_plugins.market_data.venue_settings import VenueSettings

SEED = 6
RESET = ConnectionResetError("reset by peer")


def translate(request: str, error: Exception) -> VenueUnreachable:
    return VenueUnreachable("kraken", request, str(error))


class Venue:
    """Answers as its script says; the last line of it for ever."""

    def __init__(self, clock, *script: object, takes_ms: int = 0) -> None:
        self.clock = clock
        self.script = list(script)
        self.takes_ms = takes_ms
        self.asked_ms: list[int] = []

    async def send(self) -> object:
        self.asked_ms.append(self.clock.now_ms())
        await self.clock.sleep(self.takes_ms / 1_000)
        line = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(line, BaseException):
            raise line
        return line


class Guard:
    """All the parts around one venue."""

    def __init__(self, clock, *, per_minute=600, longest_wait_s=5.0, timeout=None, **given) -> None:
        self.settings = VenueSettings(**given)
        self.health = HealthRecord("kraken", clock)
        self.breaker = CircuitBreaker(
            "kraken",
            clock,
            failures_to_open=self.settings.failures_to_open,
            open_ms=round(self.settings.open_seconds * 1_000),
            on_change=self.health.circuit_changed,
        )
        self.budget = RateBudget(
            "kraken", clock, per_minute=per_minute, longest_wait_s=longest_wait_s
        )
        self.calls = GuardedCalls(
            "kraken",
            self.settings,
            clock,
            self.breaker,
            self.budget,
            self.health,
            translate,
            random=Random(SEED),
            timeout=timeout or (lambda seconds: virtual_timeout(clock, seconds)),
        )

    async def ask(self, venue: Venue) -> object:
        return await self.calls.call("tickers", venue.send)


@contextlib.asynccontextmanager
async def virtual_timeout(clock, seconds: float):
    began_ms = clock.now_ms()
    yield
    if clock.now_ms() - began_ms > seconds * 1_000:
        raise TimeoutError


def jitters_ms(count: int) -> list[int]:
    """Full jitter by its definition, drawn from the same seed."""
    draw = Random(SEED)
    return [round(draw.uniform(0, min(5.0, 0.25 * 2**n)) * 1_000) for n in range(count)]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(1_000_000)


async def test_an_answer_is_handed_out(clock) -> None:
    guard = Guard(clock)
    answer = {"BTC/USD": 1.0}
    assert await guard.ask(Venue(clock, answer, takes_ms=120)) is answer
    health = guard.health.snapshot()
    assert (health.requests, health.retries, health.latency_p50_ms) == (1, 0, 120)
    assert dict(health.errors) == {}


@pytest.mark.parametrize(
    "failure",
    [
        RESET,
        VenueFailing("kraken", "tickers", "503"),
        VenueAnswerRefused("kraken", "tickers", "not JSON"),
    ],
)
async def test_failures_are_tried_again_with_full_jitter(clock, failure) -> None:
    guard = Guard(clock, longest_retry_seconds=60.0)
    venue = Venue(clock, failure, failure, failure, failure, "answer")
    assert await guard.ask(venue) == "answer"
    expected = [1_000_000]
    for jitter_ms in jitters_ms(4):
        expected.append(expected[-1] + jitter_ms)
    assert venue.asked_ms == expected
    health = guard.health.snapshot()
    assert (health.requests, health.retries, sum(health.errors.values())) == (5, 4, 4)


async def test_waits_double_up_to_a_bound(clock) -> None:
    guard = Guard(clock, longest_retry_seconds=60.0, failures_to_open=100)
    guard.calls._random.uniform = lambda low, high: high
    venue = Venue(clock, RESET)
    with pytest.raises(VenueUnreachable):
        await guard.ask(venue)
    waits = [after - before for before, after in zip(venue.asked_ms, venue.asked_ms[1:])]
    assert waits[:7] == [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]
    assert set(waits[5:]) == {5_000}
    # No attempt begins later than a minute after the first.
    assert venue.asked_ms[-1] - venue.asked_ms[0] == 57_750


async def test_the_last_error_is_raised_from_its_cause(clock) -> None:
    guard = Guard(clock, longest_retry_seconds=0.5, failures_to_open=100)
    last = OSError("network is unreachable")
    with pytest.raises(VenueUnreachable, match="kraken: tickers: network is unreachable") as raised:
        await guard.ask(Venue(clock, RESET, last))
    assert raised.value.__cause__ is last
    assert clock.now_ms() <= 1_000_000 + 500


async def test_what_the_client_found_out_itself_is_not_translated(clock) -> None:
    guard = Guard(clock)
    refusal = VenueRefuses("kraken", "tickers", "no such market")
    venue = Venue(clock, refusal)
    with pytest.raises(VenueRefuses) as raised:
        await guard.ask(venue)
    assert raised.value is refusal
    assert len(venue.asked_ms) == 1
    assert guard.health.snapshot().errors == {"refused": 1}


async def test_no_answer_in_time(clock) -> None:
    guard = Guard(clock, timeout_seconds=5.0)
    venue = Venue(clock, "late", takes_ms=5_001)
    with pytest.raises(VenueUnreachable, match="tickers: no answer within 5 s") as raised:
        await guard.ask(venue)
    assert isinstance(raised.value.__cause__, TimeoutError)
    assert len(venue.asked_ms) == 2
    assert guard.health.snapshot().errors == {"unreachable": 2}


async def test_the_loops_own_timeout_ends_a_request_that_hangs(clock) -> None:
    given = []

    def at_once(seconds: float) -> asyncio.Timeout:
        given.append(seconds)
        return asyncio.timeout(0)

    guard = Guard(clock, timeout=at_once, timeout_seconds=2.0, failures_to_open=2)
    with pytest.raises(VenueUnreachable, match="no answer within 2 s"):
        await guard.calls.call("tickers", asyncio.Event().wait)
    assert given == [2.0, 2.0]


async def test_once_the_circuit_opens_nothing_is_tried_again(clock) -> None:
    guard = Guard(clock, failures_to_open=3, longest_retry_seconds=60.0)
    venue = Venue(clock, RESET)
    with pytest.raises(VenueUnreachable):
        await guard.ask(venue)
    assert len(venue.asked_ms) == 3
    assert guard.breaker.state is CircuitState.OPEN
    with pytest.raises(CircuitOpen):
        await guard.ask(venue)
    assert len(venue.asked_ms) == 3
    health = guard.health.snapshot()
    assert (health.requests, health.retries, health.trips) == (3, 2, 1)
    assert health.errors == {"unreachable": 3, "not asked": 1}


async def test_an_open_circuit_neither_waits_for_the_budget_nor_spends_it(clock) -> None:
    guard = Guard(clock, failures_to_open=2, open_seconds=5.0, per_minute=3)
    with pytest.raises(VenueUnreachable):
        await guard.ask(Venue(clock, RESET))
    guard.budget.pause(4.0)
    began_ms = clock.now_ms()
    for _ in range(5):
        with pytest.raises(CircuitOpen):
            await guard.ask(Venue(clock, "answer"))
    assert clock.now_ms() == began_ms
    clock.advance(5_000)
    assert await guard.ask(Venue(clock, "answer")) == "answer"


async def test_it_recovers_by_itself(clock) -> None:
    guard = Guard(clock, failures_to_open=2, open_seconds=10.0)
    with pytest.raises(VenueUnreachable):
        await guard.ask(Venue(clock, RESET))
    clock.advance(10_000)
    with pytest.raises(VenueUnreachable):
        await guard.ask(Venue(clock, RESET))
    clock.advance(10_000)
    assert await guard.ask(Venue(clock, "answer")) == "answer"
    (outage,) = guard.health.snapshot().outages
    assert outage.began_ms == 1_000_000
    assert outage.ended_ms == clock.now_ms()
    assert outage.recovery_s == (clock.now_ms() - 1_000_000) / 1_000


@pytest.mark.parametrize("waits_s", [2.5, 0.0])
async def test_a_venue_that_limits_is_left_in_peace(clock, waits_s) -> None:
    guard = Guard(clock)
    limiting = VenueLimiting("kraken", "tickers", "429", retry_after_s=waits_s)
    venue = Venue(clock, limiting, "answer")
    assert await guard.ask(venue) == "answer"
    assert venue.asked_ms[1] - venue.asked_ms[0] == max(waits_s * 1_000, jitters_ms(1)[0])


@pytest.mark.parametrize(
    ("told", "left_s"), [(11.0, 11.0), (None, 10.0), (math.nan, 10.0), (1e9, 600.0)]
)
async def test_a_pause_that_is_too_long_is_not_waited_for(clock, told, left_s) -> None:
    guard = Guard(clock, longest_retry_seconds=9.0)
    venue = Venue(clock, VenueLimiting("kraken", "tickers", "429", retry_after_s=told), "answer")
    with pytest.raises(VenueLimiting, match="tickers: 429"):
        await guard.ask(venue)
    assert guard.budget.paused_for_s == left_s
    # Others are kept from asking, and that is not the venue's failure.
    for _ in range(9):
        with pytest.raises(BudgetSpent) as no:
            await guard.ask(venue)
        assert no.value.retry_after_s == left_s
    assert guard.breaker.state is CircuitState.CLOSED
    health = guard.health.snapshot()
    assert (health.requests, health.retries, health.error_rate) == (1, 0, 1.0)
    assert health.errors == {"limiting": 1, "over budget": 9}
    clock.advance(round(left_s * 1_000))
    assert await guard.ask(venue) == "answer"


async def test_our_own_limit_is_kept(clock) -> None:
    guard = Guard(clock, per_minute=2)
    venue = Venue(clock, "answer")
    await guard.ask(venue)
    await guard.ask(venue)
    with pytest.raises(BudgetSpent):
        await guard.ask(venue)
    assert len(venue.asked_ms) == 2


async def test_retries_are_paid_for_too(clock) -> None:
    guard = Guard(clock, per_minute=2, longest_retry_seconds=60.0)
    venue = Venue(clock, RESET)
    with pytest.raises(BudgetSpent):
        await guard.ask(venue)
    assert len(venue.asked_ms) == 2


async def test_our_own_limit_neither_closes_nor_opens_a_circuit(clock) -> None:
    guard = Guard(clock, failures_to_open=2, open_seconds=1.0)
    with pytest.raises(VenueUnreachable):
        await guard.ask(Venue(clock, RESET))
    clock.advance(1_000)
    guard.budget.pause(60)
    for _ in range(3):
        with pytest.raises(BudgetSpent):
            await guard.ask(Venue(clock, "answer"))
    assert guard.breaker.state is CircuitState.OPEN
    clock.advance(60_000)
    await guard.ask(Venue(clock, "answer"))
    assert guard.breaker.state is CircuitState.CLOSED


async def test_a_circuit_that_opens_meanwhile_holds_back_who_waits_for_the_budget() -> None:
    clock = StagedClock()
    guard = Guard(clock, failures_to_open=2)
    guard.budget.pause(3)
    venue = Venue(clock, "answer")
    asking = asyncio.create_task(guard.ask(venue))
    await clock.advance(1_000)
    for _ in range(2):
        with contextlib.suppress(VenueUnreachable), guard.breaker.call("time"):
            raise VenueUnreachable("kraken", "time", "reset")
    await clock.advance(2_000)
    with pytest.raises(CircuitOpen):
        await asking
    assert venue.asked_ms == []


@pytest.mark.parametrize("after_ms", [500, 3_500])
async def test_a_cancelled_call_ends_untouched(after_ms) -> None:
    clock = StagedClock()
    guard = Guard(clock, failures_to_open=2, open_seconds=1.0)
    for _ in range(2):
        with contextlib.suppress(VenueUnreachable), guard.breaker.call("time"):
            raise VenueUnreachable("kraken", "time", "reset")
    await clock.advance(1_000)
    guard.budget.pause(2)
    venue = Venue(clock, "answer", takes_ms=4_000)
    asking = asyncio.create_task(guard.ask(venue))
    await clock.advance(after_ms)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    health = guard.health.snapshot()
    assert (health.requests, health.retries, dict(health.errors)) == (0, 0, {})
    # Nobody else is in the way.
    venue.takes_ms = 0
    trying = asyncio.create_task(guard.ask(venue))
    await clock.advance(2_000)
    assert await trying == "answer"
    assert guard.breaker.state is CircuitState.CLOSED


async def test_a_cancelled_wait_between_two_attempts() -> None:
    clock = StagedClock()
    guard = Guard(clock)
    guard.calls._random.uniform = lambda low, high: high
    venue = Venue(clock, RESET)
    asking = asyncio.create_task(guard.ask(venue))
    await clock.advance(100)
    asking.cancel()
    await settle()
    assert asking.cancelled()
    await clock.advance(60_000)
    assert len(venue.asked_ms) == 1


async def test_our_own_mistakes_pass_through_and_count_for_nothing(clock) -> None:
    guard = Guard(clock, failures_to_open=2)

    def mistaken(request: str, error: Exception) -> VenueUnreachable:
        raise ZeroDivisionError

    guard.calls._translate = mistaken
    venue = Venue(clock, RESET)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await guard.ask(venue)
    assert len(venue.asked_ms) == 3
    assert guard.breaker.state is CircuitState.CLOSED


async def test_a_clock_set_back_does_not_prolong_the_retries() -> None:
    clock = StagedClock(start_ms=1_000_000)
    guard = Guard(clock, failures_to_open=100, longest_retry_seconds=10.0)
    guard.calls._random.uniform = lambda low, high: high

    class Jumping(Venue):
        async def send(self) -> object:
            clock.set_by(-3_600_000)
            return await super().send()

    venue = Jumping(clock, RESET)
    asking = asyncio.create_task(guard.ask(venue))
    await clock.advance(60_000)
    assert asking.done()
    assert isinstance(asking.exception(), VenueUnreachable)
    assert len(venue.asked_ms) == 6


async def test_many_calls_at_once_do_not_mix() -> None:
    clock = StagedClock()
    guard = Guard(clock, failures_to_open=100, longest_retry_seconds=60.0)
    venues = [Venue(clock, *[RESET] * (n % 4), n, takes_ms=7 * n) for n in range(40)]
    calls = [asyncio.create_task(guard.ask(venue)) for venue in venues]
    await clock.advance(60_000)
    assert [call.result() for call in calls] == list(range(40))
    assert [len(venue.asked_ms) for venue in venues] == [1 + n % 4 for n in range(40)]
    health = guard.health.snapshot()
    assert health.retries == health.errors["unreachable"] == sum(n % 4 for n in range(40))


async def test_it_draws_its_own_waits_by_default(clock) -> None:
    guard = Guard(clock)
    calls = GuardedCalls(
        "kraken", guard.settings, clock, guard.breaker, guard.budget, guard.health, translate
    )
    assert await calls.call("tickers", Venue(clock, RESET, "answer").send) == "answer"
