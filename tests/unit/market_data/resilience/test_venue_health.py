from __future__ import annotations

import dataclasses
import itertools
import math
import threading

import pytest
from staged_clock import StagedClock

from aurum_plugins.market_data.resilience.circuit_breaker import CircuitChange, CircuitState
from aurum_plugins.market_data.resilience.venue_errors import (
    BudgetSpent,
    CircuitOpen,
    VenueFailing,
    VenueRefuses,
    VenueUnreachable,
)
from aurum_plugins.market_data.resilience.venue_health import HealthRecord, Outage

CLOSED, OPEN, HALF_OPEN = CircuitState.CLOSED, CircuitState.OPEN, CircuitState.HALF_OPEN
FAILURE = VenueUnreachable("kraken", "tickers", "reset")
REFUSAL = VenueRefuses("kraken", "tickers", "no such market")


@pytest.fixture
def clock() -> StagedClock:
    return StagedClock(start_ms=1_000_000)


@pytest.fixture
def record(clock) -> HealthRecord:
    return HealthRecord("kraken", clock)


def change(record: HealthRecord, clock: StagedClock, *states: CircuitState) -> None:
    for before, after in itertools.pairwise(states):
        record.circuit_changed(CircuitChange("kraken", before, after, clock.now_ms(), "test"))


def test_before_anything_was_asked(record) -> None:
    health = record.snapshot()
    assert (health.venue, health.state) == ("kraken", CLOSED)
    assert record.circuit is CLOSED
    assert (health.requests, health.retries, health.trips) == (0, 0, 0)
    assert dict(health.errors) == {}
    assert all(
        math.isnan(figure)
        for figure in (health.error_rate, health.latency_p50_ms, health.latency_p95_ms)
    )
    assert health.last_success_ms is None
    assert health.clock_offset_ms is None
    assert health.outages == ()


def test_requests_and_errors_are_counted(record) -> None:
    record.succeeded(20)
    record.failed(FAILURE)
    record.failed(FAILURE)
    record.retried()
    record.failed(VenueFailing("kraken", "tickers", "503"))
    record.failed(REFUSAL)
    health = record.snapshot()
    assert health.requests == 5
    assert health.errors == {"unreachable": 2, "failing": 1, "refused": 1}
    assert health.retries == 1
    assert health.error_rate == 3 / 5


def test_what_was_not_sent_is_no_request(record) -> None:
    record.failed(CircuitOpen("kraken", "tickers", "open"))
    record.failed(BudgetSpent("kraken", "tickers", "spent"))
    health = record.snapshot()
    assert health.requests == 0
    assert health.errors == {"not asked": 1, "over budget": 1}
    assert math.isnan(health.error_rate)


def test_the_error_rate_forgets(record, clock) -> None:
    record.failed(FAILURE)
    clock.passed_ms += 100_000
    record.succeeded(1)
    record.succeeded(1)
    record.failed(FAILURE)
    assert record.snapshot().error_rate == 0.5
    clock.passed_ms += 199_999
    assert record.snapshot().error_rate == 0.5
    clock.passed_ms += 1
    assert record.snapshot().error_rate == 1 / 3
    clock.passed_ms += 100_000
    assert math.isnan(record.snapshot().error_rate)
    assert record.snapshot().requests == 4


def test_latencies_are_those_of_the_last_successes(record) -> None:
    for latency_ms in [9_999, *range(200, 0, -1)]:
        record.succeeded(latency_ms)
    health = record.snapshot()
    assert (health.latency_p50_ms, health.latency_p95_ms) == (100, 190)


def test_one_latency_is_both(record) -> None:
    record.succeeded(7.5)
    assert record.snapshot().latency_p50_ms == record.snapshot().latency_p95_ms == 7.5


def test_the_last_success_and_the_offset(record, clock) -> None:
    record.succeeded(1)
    clock.passed_ms += 5_000
    record.failed(REFUSAL)
    record.clock_offset_ms = -12.5
    assert record.clock_offset_ms == -12.5
    health = record.snapshot()
    assert (health.last_success_ms, health.clock_offset_ms) == (1_000_000, -12.5)


@pytest.mark.parametrize("answer", [None, REFUSAL])
def test_an_outage_lasts_from_the_first_failure_to_the_next_answer(record, clock, answer) -> None:
    record.failed(FAILURE)
    record.succeeded(1)
    clock.passed_ms += 1_000
    record.failed(FAILURE)
    clock.passed_ms += 1_000
    record.failed(FAILURE)
    change(record, clock, CLOSED, OPEN)
    (outage,) = record.snapshot().outages
    assert (outage.began_ms, outage.ended_ms) == (1_001_000, None)
    assert math.isnan(outage.recovery_s)

    clock.passed_ms += 10_000
    change(record, clock, OPEN, HALF_OPEN)
    record.failed(FAILURE)
    change(record, clock, HALF_OPEN, OPEN)
    clock.passed_ms += 10_000
    change(record, clock, OPEN, HALF_OPEN)
    record.succeeded(1) if answer is None else record.failed(answer)
    change(record, clock, HALF_OPEN, CLOSED)
    health = record.snapshot()
    assert health.outages == (Outage(1_001_000, 1_022_000, 21.0),)
    assert health.trips == 1
    assert health.state is CLOSED


def test_failures_that_open_no_circuit_are_no_outage(record, clock) -> None:
    for _ in range(5):
        record.failed(FAILURE)
        clock.passed_ms += 1_000
        record.succeeded(1)
    assert record.snapshot().outages == ()


def test_a_circuit_that_opens_before_any_failure_was_noted(record, clock) -> None:
    change(record, clock, CLOSED, OPEN)
    clock.passed_ms += 2_000
    record.succeeded(1)
    assert record.snapshot().outages == (Outage(1_000_000, 1_002_000, 2.0),)


def test_an_outage_is_measured_however_the_clock_is_set(record, clock) -> None:
    record.failed(FAILURE)
    change(record, clock, CLOSED, OPEN)
    clock.set_by(-500_000)
    record.failed(FAILURE)
    clock.passed_ms += 4_000
    record.succeeded(1)
    assert record.snapshot().outages == (Outage(1_000_000, 504_000, 4.0),)


def test_memory_is_bounded(record, clock) -> None:
    for _ in range(1_000):
        record.failed(FAILURE)
        change(record, clock, CLOSED, OPEN, HALF_OPEN)
        clock.passed_ms += 1_000
        record.succeeded(1)
        change(record, clock, HALF_OPEN, CLOSED)
    health = record.snapshot()
    assert health.trips == 1_000
    assert len(health.outages) == 20
    assert health.outages[-1].ended_ms == clock.now_ms()
    assert len(record._seconds) <= 300


def test_a_snapshot_does_not_change(record) -> None:
    record.failed(FAILURE)
    health = record.snapshot()
    record.failed(FAILURE)
    assert health.errors == {"unreachable": 1}
    with pytest.raises(dataclasses.FrozenInstanceError):
        health.requests = 5
    with pytest.raises(TypeError):
        health.errors["unreachable"] = 5


def test_snapshots_are_taken_while_notes_are_made(record, clock) -> None:
    broken: list[object] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            health = record.snapshot()
            if health.requests < sum(health.errors.values()):
                broken.append(health)

    reader = threading.Thread(target=look)
    reader.start()
    for _ in range(3_000):
        record.failed(FAILURE)
        record.succeeded(1)
        clock.passed_ms += 100
    done.set()
    reader.join()
    assert not broken
    assert record.snapshot().requests == 6_000
