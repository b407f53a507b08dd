"""A rate budget through any order of requests, pauses, cancellations and clocks.

What it does is judged afterwards, second by second, from the rules alone.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from staged_clock import StagedClock, settle

from aurum_plugins.market_data.resilience.rate_budget import RateBudget
from aurum_plugins.market_data.resilience.venue_errors import BudgetSpent

asks = st.tuples(st.just("ask"), st.integers(1, 3))
waits = st.tuples(st.just("wait"), st.sampled_from([1, 5, 20, 59, 60, 61, 150]))
pauses = st.tuples(st.just("pause"), st.sampled_from([1, 30, 90, 600]))
cancels = st.tuples(st.just("cancel"), st.integers(0, 20))
sets = st.tuples(st.just("set"), st.sampled_from([-86_400, -90, -30, -1, 1, 45, 3_600]))
budgets = st.fixed_dictionaries(
    {"per_minute": st.integers(1, 4), "longest_wait_s": st.sampled_from([0, 40, 60, 100, 250])}
)


@dataclass
class Request:
    asked_s: int
    ahead: list[Request]
    # How many pauses had been told of when it was served or sent away.
    pauses: int = 0
    task: asyncio.Task[None] | None = None
    granted_s: int | None = None
    refused_s: int | None = None
    retry_after_s: float = 0.0
    cancelled_s: int | None = None

    def waits_at(self, second: int) -> bool:
        """Whether it was in the queue at the end of a second."""
        ends = (self.granted_s, self.refused_s, self.cancelled_s)
        return all(end is None or end > second for end in ends)


@dataclass
class Story:
    """What was done to a budget, and what it did, in seconds of which none is lost or gained."""

    per_minute: int
    longest_wait_s: int
    requests: list[Request] = field(default_factory=list)
    order: list[Request] = field(default_factory=list)
    pauses: list[tuple[int, int]] = field(default_factory=list)
    clock: StagedClock = field(default_factory=lambda: StagedClock(1_700_000_000_000))
    forward_s: int = 0

    def now_s(self) -> int:
        return self.clock.passed_ms // 1_000 + self.forward_s

    async def play(self, script, then=None) -> Story:
        self.budget = RateBudget(
            "kraken",
            self.clock,
            per_minute=self.per_minute,
            longest_wait_s=self.longest_wait_s,
        )
        for what, number in script:
            await getattr(self, what)(number)
            await settle()
        await self.wait(3_000)
        if then is not None:
            await then(self)
        return self

    async def ask(self, count: int) -> None:
        for _ in range(count):
            ahead = [one for one in self.requests if one.waits_at(self.now_s())]
            request = Request(self.now_s(), ahead)
            self.requests.append(request)
            request.task = asyncio.create_task(self.acquire(request))
            await settle()

    async def acquire(self, request: Request) -> None:
        try:
            await self.budget.acquire("tickers")
        except BudgetSpent as error:
            request.pauses = len(self.pauses)
            request.refused_s, request.retry_after_s = self.now_s(), error.retry_after_s
        else:
            request.pauses = len(self.pauses)
            request.granted_s = self.now_s()
            self.order.append(request)

    async def wait(self, seconds: int) -> None:
        await self.clock.advance(seconds * 1_000)

    async def pause(self, seconds: int) -> None:
        self.budget.pause(seconds)
        self.pauses.append((self.now_s(), self.now_s() + seconds))

    async def cancel(self, which: int) -> None:
        waiting = [one for one in self.requests if one.waits_at(self.now_s())]
        if waiting:
            request = waiting[which % len(waiting)]
            request.task.cancel()
            request.cancelled_s = self.now_s()

    async def set(self, seconds: int) -> None:
        self.clock.set_by(seconds * 1_000)
        # Nobody can tell a clock that was set forward from time that passes.
        self.forward_s += max(0, seconds)

    def earliest_s(self, at_s: int, granted: list[int], pauses: int) -> int:
        """First second from `at_s` on in which the rules and the first pauses allow a grant."""
        until = [end for _, end in self.pauses[:pauses]]
        while any(at_s < end for end in until) or (
            sum(at_s - 60 < grant <= at_s for grant in granted) >= self.per_minute
        ):
            at_s += 1
        return at_s


def played(budget, script, then=None) -> Story:
    return asyncio.run(Story(**budget).play(script, then))


def granted_before(story: Story, request: Request) -> list[int]:
    earlier = story.order[: story.order.index(request)] if request in story.order else story.order
    return [one.granted_s for one in earlier]


@settings(max_examples=100, deadline=None)
@given(budgets, st.lists(asks | asks | waits | pauses | cancels | sets, max_size=25))
def test_never_too_often_nor_during_a_pause_nor_out_of_turn(budget, script) -> None:
    story = played(budget, script)
    grants = [one.granted_s for one in story.order]
    assert grants == sorted(grants)
    for begin in grants:
        assert sum(begin <= grant < begin + 60 for grant in grants) <= story.per_minute
    assert not [
        (grant, told, end) for told, end in story.pauses for grant in grants if told < grant < end
    ]
    turns = [story.requests.index(one) for one in story.order]
    assert turns == sorted(turns)


async def nobody_waits_and_all_is_to_be_had(story: Story) -> None:
    for one in story.requests:
        assert one.task.done()
        ends = (one.granted_s, one.refused_s, one.cancelled_s)
        assert sum(end is not None for end in ends) == 1
    # What passed before a clock was set back is lost if nobody looked at it; no more than that.
    assert story.budget.paused_for_s >= 0
    await story.wait(601)
    served = len(story.order)
    await story.ask(story.per_minute)
    assert len(story.order) == served + story.per_minute


@settings(max_examples=100, deadline=None)
@given(budgets, st.lists(asks | waits | pauses | cancels | sets, max_size=25))
def test_everybody_gets_an_answer_and_nothing_leaks(budget, script) -> None:
    played(budget, script, then=nobody_waits_and_all_is_to_be_had)


@settings(max_examples=100, deadline=None)
@given(budgets, st.lists(asks | asks | waits | pauses | cancels, max_size=20))
def test_no_later_than_the_rules_want(budget, script) -> None:
    """On a clock that nobody sets: grants come in the first second that allows them."""
    story = played(budget, script)
    for one in story.order:
        granted = granted_before(story, one)
        # Nobody is served before those ahead are served or gone.
        turn_s = max(
            [
                one.asked_s,
                *(
                    min(e for e in (a.granted_s, a.refused_s, a.cancelled_s) if e is not None)
                    for a in one.ahead
                ),
            ]
        )
        assert one.granted_s == story.earliest_s(turn_s, granted, one.pauses)
        assert one.granted_s - one.asked_s <= story.longest_wait_s


@settings(max_examples=100, deadline=None)
@given(budgets, st.lists(asks | asks | waits | pauses | cancels, max_size=20))
def test_who_is_sent_away_would_have_waited_too_long(budget, script) -> None:
    story = played(budget, script)
    for one in story.requests:
        if one.refused_s is None:
            continue
        granted = [grant.granted_s for grant in story.order if grant.granted_s <= one.refused_s]
        at_s = one.refused_s
        if one.refused_s == one.asked_s:
            for _ in one.ahead:
                at_s = story.earliest_s(at_s, granted, one.pauses)
                granted.append(at_s)
        at_s = story.earliest_s(at_s, granted, one.pauses)
        assert at_s - one.asked_s > story.longest_wait_s
        assert one.retry_after_s == at_s - one.refused_s
        assert one.refused_s - one.asked_s <= story.longest_wait_s
