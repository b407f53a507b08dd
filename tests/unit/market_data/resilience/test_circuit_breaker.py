from __future__ import annotations

import asyncio

import pytest
from staged_clock import StagedClock

from aurum_plugins.clock import VirtualClock
from aurum_plugins.market_data.resilience.circuit_breaker import (
    CircuitBreaker,
    CircuitChange,
    CircuitState,
)
from aurum_plugins.market_data.resilience.venue_errors import (
    BudgetSpent,
    CircuitOpen,
    VenueRefuses,
    VenueUnreachable,
)

FAILURE = VenueUnreachable("kraken", "tickers", "reset")
REFUSAL = VenueRefuses("kraken", "tickers", "no such market")


def ask(breaker: CircuitBreaker, outcome: BaseException | None = None) -> None:
    """One request from beginning to end."""
    end(begin(breaker), outcome)


def begin(breaker: CircuitBreaker):
    call = breaker.call("tickers")
    call.__enter__()
    return call


def end(call, outcome: BaseException | None = None) -> None:
    if outcome is None:
        call.__exit__(None, None, None)
    else:
        assert not call.__exit__(type(outcome), outcome, outcome.__traceback__)


@pytest.fixture
def clock() -> StagedClock:
    return StagedClock(start_ms=1_000_000)


@pytest.fixture
def changes() -> list[CircuitChange]:
    return []


@pytest.fixture
def breaker(clock, changes) -> CircuitBreaker:
    return CircuitBreaker(
        "kraken", clock, failures_to_open=3, open_ms=10_000, on_change=changes.append
    )


def opened(breaker: CircuitBreaker) -> CircuitBreaker:
    for _ in range(3):
        ask(breaker, FAILURE)
    return breaker


def test_failures_in_a_row_open_it(breaker, changes) -> None:
    ask(breaker, FAILURE)
    ask(breaker, FAILURE)
    assert breaker.state is CircuitState.CLOSED
    ask(breaker, FAILURE)
    assert breaker.state is CircuitState.OPEN
    assert changes == [
        CircuitChange(
            "kraken",
            CircuitState.CLOSED,
            CircuitState.OPEN,
            1_000_000,
            "3 failures in a row, the last: kraken: tickers: reset",
        )
    ]


@pytest.mark.parametrize("answer", [None, REFUSAL])
def test_an_answer_between_them_begins_the_row_anew(breaker, answer) -> None:
    for _ in range(5):
        ask(breaker, FAILURE)
        ask(breaker, FAILURE)
        ask(breaker, answer)
    assert breaker.state is CircuitState.CLOSED


@pytest.mark.parametrize(
    "neither",
    [
        asyncio.CancelledError(),
        KeyboardInterrupt(),
        ZeroDivisionError(),
        CircuitOpen("kraken", "time", "open"),
        BudgetSpent("kraken", "time", "spent"),
    ],
)
def test_what_says_nothing_of_the_venue_counts_neither_way(breaker, clock, neither) -> None:
    ask(breaker, FAILURE)
    ask(breaker, FAILURE)
    for _ in range(5):
        ask(breaker, neither)
    assert breaker.state is CircuitState.CLOSED
    ask(breaker, FAILURE)
    assert breaker.state is CircuitState.OPEN
    clock.passed_ms += 10_000
    for _ in range(5):
        ask(breaker, neither)
        assert breaker.state is CircuitState.HALF_OPEN


def test_while_open_nothing_goes_out(breaker, clock) -> None:
    opened(breaker)
    clock.passed_ms += 7_500
    with pytest.raises(CircuitOpen, match="kraken: candles: not asked, the circuit is open") as no:
        breaker.call("candles").__enter__()
    assert no.value.retry_after_s == 2.5
    clock.passed_ms += 2_499
    with pytest.raises(CircuitOpen) as no:
        breaker.check("candles")
    assert no.value.retry_after_s == 0.001
    assert breaker.state is CircuitState.OPEN


def test_to_check_takes_nothing(breaker, clock) -> None:
    opened(breaker)
    clock.passed_ms += 10_000
    breaker.check("candles")
    breaker.check("candles")
    assert breaker.state is CircuitState.OPEN


@pytest.mark.parametrize("answer", [None, REFUSAL])
def test_an_answer_closes_it(breaker, clock, changes, answer) -> None:
    opened(breaker)
    clock.passed_ms += 10_000
    ask(breaker, answer)
    assert breaker.state is CircuitState.CLOSED
    assert [(change.after.value, change.at_ms, change.reason) for change in changes[1:]] == [
        ("half-open", 1_010_000, "10 s are over"),
        ("closed", 1_010_000, "a request was answered"),
    ]
    # The failures of before are forgotten.
    ask(breaker, FAILURE)
    ask(breaker, FAILURE)
    assert breaker.state is CircuitState.CLOSED


def test_a_try_that_fails_opens_it_for_the_whole_time(breaker, clock, changes) -> None:
    opened(breaker)
    clock.passed_ms += 10_000
    trying = begin(breaker)
    clock.passed_ms += 4_000
    end(trying, FAILURE)
    assert breaker.state is CircuitState.OPEN
    assert changes[-1].reason == "it still fails: kraken: tickers: reset"
    clock.passed_ms += 9_999
    with pytest.raises(CircuitOpen):
        ask(breaker)
    clock.passed_ms += 1
    ask(breaker)
    assert breaker.state is CircuitState.CLOSED


def test_one_at_a_time_tries(breaker, clock) -> None:
    opened(breaker)
    clock.passed_ms += 10_000
    trying = begin(breaker)
    with pytest.raises(CircuitOpen, match="the circuit is half-open") as no:
        breaker.check("tickers")
    assert no.value.retry_after_s == 10.0
    with pytest.raises(CircuitOpen, match="the circuit is half-open"):
        ask(breaker)
    end(trying, asyncio.CancelledError())
    ask(breaker)
    assert breaker.state is CircuitState.CLOSED


def test_a_late_answer_does_not_close_it(breaker, clock) -> None:
    late = [begin(breaker) for _ in range(4)]
    opened(breaker)
    end(late[0])
    end(late[1], REFUSAL)
    assert breaker.state is CircuitState.OPEN
    clock.passed_ms += 10_000
    trying = begin(breaker)
    end(late[2])
    assert breaker.state is CircuitState.HALF_OPEN
    with pytest.raises(CircuitOpen):
        ask(breaker)
    end(trying, FAILURE)
    end(late[3])
    assert breaker.state is CircuitState.OPEN


def test_a_late_failure_does_not_open_it(breaker, clock, changes) -> None:
    late = [begin(breaker) for _ in range(9)]
    opened(breaker)
    for call in late[:3]:
        end(call, FAILURE)
    clock.passed_ms += 10_000
    trying = begin(breaker)
    for call in late[3:6]:
        end(call, FAILURE)
    assert breaker.state is CircuitState.HALF_OPEN
    end(trying)
    for call in late[6:]:
        end(call, FAILURE)
    assert breaker.state is CircuitState.CLOSED
    assert len(changes) == 3


def test_a_clock_set_back_does_not_keep_it_open(breaker, clock) -> None:
    opened(breaker)
    clock.set_by(-3_600_000)
    with pytest.raises(CircuitOpen) as no:
        ask(breaker)
    assert no.value.retry_after_s == 10.0
    clock.passed_ms += 10_000
    ask(breaker)
    assert breaker.state is CircuitState.CLOSED


def test_a_listener_that_fails_does_no_harm(clock, caplog) -> None:
    def fail(change: CircuitChange) -> None:
        raise RuntimeError("the database is locked")

    breaker = CircuitBreaker("kraken", clock, failures_to_open=1, open_ms=0, on_change=fail)
    ask(breaker, FAILURE)
    assert breaker.state is CircuitState.OPEN
    ask(breaker)
    assert breaker.state is CircuitState.CLOSED
    assert caplog.text.count("A change of kraken's circuit was not noted") == 3


def test_nobody_has_to_listen(clock) -> None:
    breaker = CircuitBreaker("kraken", clock, failures_to_open=1, open_ms=10)
    ask(breaker, FAILURE)
    assert breaker.state is CircuitState.OPEN


def test_the_listener_sees_the_new_state(clock) -> None:
    seen = []
    breaker = CircuitBreaker(
        "kraken",
        clock,
        failures_to_open=1,
        open_ms=10,
        on_change=lambda _: seen.append(breaker.state),
    )
    ask(breaker, FAILURE)
    assert seen == [CircuitState.OPEN]


def test_what_the_body_raises_passes_through(breaker) -> None:
    with pytest.raises(VenueUnreachable) as raised, breaker.call("tickers"):
        raise FAILURE
    assert raised.value is FAILURE


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"failures_to_open": 0}, "failures_to_open must be 1 or more, got 0"),
        ({"open_ms": -1}, "open_ms must be 0 or more, got -1"),
    ],
)
def test_settings_that_make_no_sense(wrong, words) -> None:
    with pytest.raises(ValueError, match=words):
        CircuitBreaker("kraken", VirtualClock(0), **{"failures_to_open": 1, "open_ms": 1} | wrong)
