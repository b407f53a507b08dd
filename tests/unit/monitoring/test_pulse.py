"""Signs of life: what is written when, and what a broken database changes, which is nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from aurum_plugins.clock import VirtualClock
from aurum_plugins.database import Database, DatabaseUnavailable, open_database
from aurum_plugins.monitoring.pulse import Pulse
from aurum_plugins.monitoring.report_store import Reported, ReportStore
from aurum_plugins.monitoring.reports import CandleReport, LoopReport, PairCandles, TradeReport
from aurum_plugins.monitoring.resident_memory import resident_bytes

BOT = "under test"


def about(started_ms: int = 1_000) -> LoopReport:
    return LoopReport(pid=7, host="here", started_ms=started_ms, state="", strategy="Ours")


class Store:
    """Notes what is written, or fails."""

    def __init__(self) -> None:
        self.written: list[list[Reported[Any]]] = []
        self.error: Exception | None = None
        # Topics that cannot be written.
        self.refused: set[str] = set()

    def write(self, bot: str, reports: Sequence[Reported[Any]]) -> None:
        assert bot == BOT
        if self.error is not None:
            raise self.error
        if self.refused & {one.report.topic for one in reports}:
            raise ValueError("no such report")
        if reports:
            self.written.append(list(reports))

    def last(self, topic: str) -> Reported[Any] | None:
        found = [one for several in self.written for one in several if one.report.topic == topic]
        return found[-1] if found else None

    @property
    def loop(self) -> LoopReport:
        found = self.last("loop")
        assert found is not None
        return found.report


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(50_000)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def pulse(store, clock) -> Pulse:
    made = Pulse(store, BOT, clock, every_seconds=0.001)
    made.introduce(about(), lambda: "running")
    return made


class TestBeats:
    def test_a_beat_tells_what_the_loop_did(self, pulse, store, clock) -> None:
        assert pulse.beat()
        fresh = about().model_copy(
            update={"state": "running", "memory_bytes": store.loop.memory_bytes}
        )
        assert store.loop == fresh
        assert (store.loop.memory_bytes or 1) > 0
        pulse.begin_loop(51_000)
        pulse.beat()
        assert (store.loop.loop_began_ms, store.loop.loop_ended_ms) == (51_000, 0)
        pulse.end_loop(51_500)
        clock.advance(2_000)
        pulse.beat()
        assert (store.loop.loop_began_ms, store.loop.loop_ended_ms) == (51_000, 51_500)
        assert (store.loop.loops, store.loop.failures) == (1, 0)
        assert store.last("loop").at_ms == 52_000
        pulse.begin_loop(53_000)
        pulse.end_loop(53_001, failed=True)
        pulse.beat()
        assert (store.loop.loops, store.loop.failures) == (2, 1)
        assert store.loop.failures_in_row == 1
        pulse.end_loop(54_000, failed=True)
        pulse.beat()
        assert store.loop.failures_in_row == 2
        pulse.end_loop(55_000)
        pulse.beat()
        assert store.loop.failures_in_row == 0

    @pytest.mark.parametrize(("began", "ended"), [(100, 90), (100, 100), (40, 40)])
    def test_a_clock_that_was_set_back_changes_not_what_is_under_way(
        self, pulse, store, began, ended
    ) -> None:
        pulse.begin_loop(60)
        pulse.end_loop(70)
        pulse.begin_loop(began)
        pulse.beat()
        assert store.loop.loop_ended_ms < store.loop.loop_began_ms == began
        pulse.end_loop(ended)
        pulse.beat()
        assert store.loop.loop_ended_ms >= store.loop.loop_began_ms

    def test_what_is_told_is_written_once_with_the_time_it_was_told(
        self, pulse, store, clock
    ) -> None:
        pulse.tell(TradeReport(closed=1))
        pulse.tell(CandleReport(interval_ms=60, pairs=(PairCandles(pair="A/B", newest_ms=1),)))
        clock.advance(300)
        pulse.tell(TradeReport(closed=2))
        clock.advance(300)
        pulse.beat()
        pulse.beat()
        assert [[one.report.topic for one in several] for several in store.written] == [
            ["loop"],
            ["trades", "candles"],
            ["loop"],
        ]
        assert store.last("trades") == Reported(50_300, TradeReport(closed=2))
        assert store.last("candles").at_ms == 50_000
        pulse.tell(TradeReport(closed=2))
        pulse.beat()
        assert store.last("trades").at_ms == 50_600

    def test_nobody_was_introduced(self, store, clock) -> None:
        silent = Pulse(store, BOT, clock)
        assert silent.beat()
        assert store.written == []

    def test_a_configuration_loaded_again_keeps_start_and_counts(self, pulse, store) -> None:
        pulse.begin_loop(1)
        pulse.end_loop(2)
        pulse.introduce(about(9_999).model_copy(update={"strategy": "Other"}), lambda: "paused")
        pulse.beat()
        assert (store.loop.started_ms, store.loop.strategy) == (1_000, "Other")
        assert (store.loop.state, store.loop.loops) == ("paused", 1)

    @pytest.mark.parametrize("state", [lambda: "", lambda: 1 // 0], ids=["none", "raises"])
    def test_a_state_that_cannot_be_told_stops_no_sign_of_life(self, pulse, store, state) -> None:
        pulse.introduce(about(), state)
        assert pulse.beat()
        assert store.loop.state == "unknown"


class TestFaults:
    def test_what_was_not_written_is_tried_again(self, pulse, store, caplog) -> None:
        caplog.set_level("INFO")
        pulse.tell(TradeReport(closed=3))
        store.error = DatabaseUnavailable("sqlite:///a", "it is locked")
        assert not pulse.beat()
        assert not pulse.beat()
        store.error = None
        assert pulse.beat()
        assert store.last("trades").report.closed == 3
        assert [message.partition(":")[0] for message in caplog.messages] == [
            "What the bot reports of itself could not be written",
            "What the bot reports of itself is written again.",
        ]
        assert "it is locked" in caplog.messages[0]

    def test_another_report_keeps_no_sign_of_life_back(self, pulse, store, clock) -> None:
        pulse.tell(TradeReport())
        store.refused = {"trades"}
        for _ in range(3):
            clock.advance(5_000)
            assert not pulse.beat()
        assert store.last("loop").at_ms == 65_000

    def test_telling_waits_for_no_beat(self, pulse, store) -> None:
        writing, go_on = threading.Event(), threading.Event()
        stock = store.write

        def slow(*args: Any) -> None:
            writing.set()
            assert go_on.wait(10)
            stock(*args)

        store.write = slow
        pulse.start()
        assert writing.wait(10)
        for at in range(1_000):
            pulse.begin_loop(2 * at)
            pulse.tell(TradeReport(closed=at))
            pulse.end_loop(2 * at + 1)
        assert store.written == []
        go_on.set()
        assert pulse.stop(10)
        assert store.last("trades").report.closed == 999
        assert store.loop.loops == 1_000


class TestThread:
    def test_it_beats_until_it_is_stopped_and_then_says_so(self, pulse, store) -> None:
        assert not pulse.running
        assert pulse.stop()
        pulse.start()
        thread = pulse._thread
        pulse.start()
        assert pulse._thread is thread
        assert thread.daemon
        beats = threading.Event()
        stock = store.write

        def noted(*args: Any) -> None:
            stock(*args)
            if len(store.written) > 5:
                beats.set()

        store.write = noted
        assert beats.wait(10)
        assert store.loop.state == "running"
        assert pulse.stop(10)
        assert not pulse.running
        assert store.loop.state == "exited"
        pulse.start()
        assert pulse.running
        assert pulse.stop(10)

    def test_a_thread_that_does_not_end_is_told(self, pulse, store) -> None:
        go_on = threading.Event()
        store.write = lambda *_: go_on.wait(10)
        pulse.start()
        assert not pulse.stop(0.01)
        go_on.set()
        assert pulse.stop(10)

    def test_through_a_real_database(self, tmp_path, clock) -> None:
        with open_database(f"sqlite:///{tmp_path / 'a.sqlite'}") as database:
            pulse = Pulse(ReportStore(database), BOT, clock, every_seconds=60)
            pulse.introduce(about(), lambda: "running")
            pulse.tell(TradeReport(closed=4, profit=1.5))
            pulse.start()
            assert pulse.stop(10)
            read = read_of(database)
            assert read[0].report.state == "exited"
            assert read[1] == Reported(50_000, TradeReport(closed=4, profit=1.5))


def read_of(database: Database) -> tuple[Any, Any]:
    store = ReportStore(database)
    return store.read(BOT, LoopReport), store.read(BOT, TradeReport)


def test_memory_of_a_process() -> None:
    assert resident_bytes(2**22 + 1) is None
    own = resident_bytes(os.getpid())
    assert own is None or own > 1_000_000
