"""A circuit breaker through any order of requests, outcomes and clocks, beside a plain model.

The model keeps no generations: whenever the circuit changes, it forgets the requests that are on
their way, and so their outcomes.
"""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from staged_clock import StagedClock

from aurum_plugins.market_data.resilience.circuit_breaker import CircuitBreaker, CircuitChange
from aurum_plugins.market_data.resilience.venue_errors import (
    BudgetSpent,
    CircuitOpen,
    VenueAnswerRefused,
    VenueFailing,
    VenueLimiting,
    VenueRefuses,
    VenueUnreachable,
)

OUTCOMES: dict[str, list[BaseException | None]] = {
    "answer": [None, VenueRefuses("kraken", "tickers", "no such market")],
    "failure": [
        kind("kraken", "tickers", "test")
        for kind in (VenueUnreachable, VenueFailing, VenueLimiting, VenueAnswerRefused)
    ],
    "neither": [
        asyncio.CancelledError(),
        KeyboardInterrupt(),
        RuntimeError(),
        CircuitOpen("kraken", "tickers", "test"),
        BudgetSpent("kraken", "tickers", "test"),
    ],
}
outcomes = st.sampled_from([(sort, one) for sort, some in OUTCOMES.items() for one in some])


class BreakerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = StagedClock(start_ms=1_700_000_000_000)
        self.changes: list[CircuitChange] = []
        # On their way, oldest first, and those of them that the model still counts.
        self.calls: list = []
        self.counted: list = []
        self.state = "closed"
        self.failures = 0
        self.open_for_ms = 0
        self.history = ["closed"]

    @initialize(failures_to_open=st.integers(1, 4), open_ms=st.sampled_from([0, 1, 5_000]))
    def begin(self, failures_to_open, open_ms) -> None:
        self.failures_to_open = failures_to_open
        self.open_ms = open_ms
        self.breaker = CircuitBreaker(
            "kraken",
            self.clock,
            failures_to_open=failures_to_open,
            open_ms=open_ms,
            on_change=self.changes.append,
        )

    def become(self, state: str) -> None:
        self.state = state
        self.history.append(state)
        self.failures = 0
        self.counted.clear()
        self.open_for_ms = 0

    @property
    def admits(self) -> bool:
        return {
            "closed": True,
            "open": self.open_for_ms >= self.open_ms,
            "half-open": not self.counted,
        }[self.state]

    @rule()
    def ask(self) -> None:
        """A request wants to begin."""
        call = self.breaker.call("tickers")
        if self.admits:
            self.breaker.check("tickers")
            if self.state == "open":
                self.become("half-open")
            call.__enter__()
            self.calls.append(call)
            self.counted.append(call)
        else:
            with pytest.raises(CircuitOpen) as no:
                self.breaker.check("tickers")
            with pytest.raises(CircuitOpen):
                call.__enter__()
            assert 0 < no.value.retry_after_s <= max(1, self.open_ms) / 1_000
            if self.state == "open":
                assert no.value.retry_after_s * 1_000 == self.open_ms - self.open_for_ms

    @precondition(lambda self: self.calls)
    @rule(outcome=outcomes, which=st.integers(0, 30))
    def end(self, outcome, which) -> None:
        """A request that is on its way ends; perhaps long after it began."""
        sort, error = outcome
        call = self.calls.pop(which % len(self.calls))
        if call in self.counted:
            self.counted.remove(call)
            if sort == "answer":
                self.failures = 0
                if self.state == "half-open":
                    self.become("closed")
            elif sort == "failure":
                self.failures += 1
                if self.state == "half-open" or self.failures == self.failures_to_open:
                    self.become("open")
        assert not call.__exit__(None if error is None else type(error), error, None)

    @rule(outcome=outcomes)
    def ask_and_end(self, outcome) -> None:
        """A request that nothing else comes between."""
        before = len(self.calls)
        self.ask()
        if len(self.calls) > before:
            self.end(outcome, before)

    @rule(by_ms=st.sampled_from([1, 1_000, 4_999, 5_000, 60_000]), back_ms=st.integers(0, 10**8))
    def time_passes(self, by_ms, back_ms) -> None:
        """The clock may be set back, which a look at it right before and after makes harmless."""
        self.clock.passed_ms += by_ms
        if self.state == "open":
            self.open_for_ms += by_ms
        if self.state != "half-open" or self.admits:
            self.look()
        self.clock.set_by(-back_ms)
        self.look()

    def look(self) -> None:
        """Have the breaker read its clock, without asking for anything."""
        try:
            self.breaker.check("tickers")
        except CircuitOpen:
            assert not self.admits
        else:
            assert self.admits

    @invariant()
    def agrees_with_the_model(self) -> None:
        if hasattr(self, "breaker"):
            assert self.breaker.state.value == self.state

    @invariant()
    def told_every_change(self) -> None:
        assert [change.after.value for change in self.changes] == self.history[1:]
        assert [change.before.value for change in self.changes] == self.history[:-1]


BreakerMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestBreaker = BreakerMachine.TestCase
