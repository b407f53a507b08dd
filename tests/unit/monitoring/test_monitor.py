from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from watched_bots import NOW_MS, empty_snapshot

from aurum_plugins.clock import VirtualClock
from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.monitoring.alerts.alert import Alert
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.monitor import Monitor
from aurum_plugins.monitoring.no_database_yet import NoDatabaseYet
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot

ALERT = Alert(1, "", "disk", "", Severity.HIGH, "Full.", {}, 1, 1, None)


class StagedReader:
    def __init__(self) -> None:
        self.names: tuple[str, ...] = ("a", "b")
        self.failing: dict[str, Exception] = {}

    def bots(self) -> tuple[str, ...]:
        if "" in self.failing:
            raise self.failing[""]
        return self.names

    def read(self, bot: str, now_ms: int) -> BotSnapshot:
        if bot in self.failing:
            raise self.failing[bot]
        return empty_snapshot(bot, now_ms=now_ms)


class StagedAlerting:
    def __init__(self) -> None:
        self.judged: list[str] = []
        self.failing: set[str] = set()
        self.faults: Mapping[str, str] = {}
        self.own_alerts = (ALERT,)

    def judge(self, snapshot: BotSnapshot) -> None:
        if snapshot.bot in self.failing:
            raise ValueError("cannot judge")
        self.judged.append(snapshot.bot)

    def judge_machine(self, now_ms: int) -> None:
        if "machine" in self.failing:
            raise OSError("no disk")
        self.judged.append("machine")


class Staged:
    """What a monitor connects to, and the monitor."""

    def __init__(self, **given: Any) -> None:
        self.reader = StagedReader()
        self.alerting: StagedAlerting | None = StagedAlerting()
        self.clock = VirtualClock(NOW_MS)
        self.opened = 0
        self.closed = 0
        self.away: Exception | None = None
        self.told: list[str] = []
        self.monitor = Monitor(
            self.connect,
            "sqlite:///x",
            self.clock,
            tell_database=lambda fault, _: self.told.append(fault),
            **given,
        )

    def connect(self) -> Staged:
        if self.away is not None:
            raise self.away
        self.opened += 1
        return self

    def close(self) -> None:
        self.closed += 1

    def look(self) -> dict[str, str]:
        self.monitor.look()
        return dict(self.monitor.health().faults)


@pytest.fixture
def staged() -> Staged:
    return Staged()


def test_before_the_first_look_nothing_is_known(staged: Staged) -> None:
    health = staged.monitor.health()
    assert staged.monitor.snapshots() == {}
    assert (health.at_ms, health.looks, health.database_reachable) == (None, 0, False)
    assert not health.is_well(NOW_MS)
    assert health.started_ms == NOW_MS


def test_a_look_keeps_a_snapshot_of_each_bot_and_judges_it(staged: Staged) -> None:
    assert staged.look() == {}
    assert list(staged.monitor.snapshots()) == ["a", "b"]
    assert staged.alerting is not None
    assert staged.alerting.judged == ["a", "b", "machine"]
    health = staged.monitor.health()
    assert (health.at_ms, health.looks, health.bots, health.database_reachable) == (
        NOW_MS,
        1,
        2,
        True,
    )
    assert health.took_ms is not None
    assert health.took_ms >= 0
    assert health.alerts == (ALERT,)
    assert health.is_well(NOW_MS + 30_000)
    assert not health.is_well(NOW_MS + 30_001)


def test_one_bot_that_cannot_be_read_does_not_hide_the_others(staged: Staged) -> None:
    staged.look()
    before = staged.monitor.snapshots()["a"]
    staged.reader.failing["a"] = ValueError("torn")
    staged.clock.advance(2_000)
    assert staged.look() == {"a": "torn"}
    assert staged.monitor.snapshots()["a"] is before, "old, and it says so"
    assert staged.monitor.snapshots()["b"].now_ms == NOW_MS + 2_000
    assert staged.alerting is not None
    assert staged.alerting.judged[3:] == ["b", "machine"]
    staged.reader.failing.clear()
    assert staged.look() == {}


def test_what_cannot_be_judged_is_noted_and_the_rest_goes_on(staged: Staged) -> None:
    assert staged.alerting is not None
    staged.alerting.failing = {"a", "machine"}
    staged.alerting.faults = {"telegram": "timed out"}
    assert staged.look() == {
        "alerts: a": "cannot judge",
        "machine": "no disk",
        "channel telegram": "timed out",
    }
    assert staged.alerting.judged == ["b"]
    assert list(staged.monitor.snapshots()) == ["a", "b"]


def test_a_bot_that_is_gone_is_forgotten(staged: Staged) -> None:
    staged.look()
    staged.reader.names = ("b",)
    staged.look()
    assert list(staged.monitor.snapshots()) == ["b"]


def test_only_the_bots_that_are_meant_are_looked_at() -> None:
    staged = Staged(is_meant=lambda bot: bot == "b")
    staged.look()
    assert list(staged.monitor.snapshots()) == ["b"]


def test_without_alerts_nothing_is_judged() -> None:
    staged = Staged(alerting=False)
    staged.alerting = None
    assert staged.look() == {}
    assert staged.monitor.health().alerts == ()
    assert staged.monitor.health().alerting is False


def test_a_database_that_is_not_there_yet_is_no_alert_and_is_taken_up(staged: Staged) -> None:
    staged.away = NoDatabaseYet("sqlite:///x", "no bot made one yet")
    assert staged.look() == {"database": "database sqlite:///x: no bot made one yet"}
    assert staged.monitor.health().database_reachable is False
    assert staged.told == [""]
    staged.away = None
    assert staged.look() == {}
    assert list(staged.monitor.snapshots()) == ["a", "b"]


def test_a_database_that_went_away_is_told_and_opened_anew(staged: Staged) -> None:
    staged.look()
    seen = staged.monitor.snapshots()
    staged.reader.failing[""] = DatabaseUnavailable("sqlite:///x", "moved")
    assert staged.look() == {"database": "database sqlite:///x: moved"}
    assert (staged.closed, staged.told) == (1, ["", "database sqlite:///x: moved"])
    assert staged.monitor.snapshots() == seen, "old figures say how old they are"
    staged.away = NoDatabaseYet("sqlite:///x", "gone")
    staged.look()
    assert staged.told[-1] == "database sqlite:///x: gone", "it was there before"
    staged.reader.failing.clear()
    staged.away = None
    staged.look()
    assert (staged.opened, staged.told[-1]) == (2, "")
    assert staged.monitor.health().database_reachable


def test_a_database_that_cannot_be_used_from_the_start_is_told(staged: Staged) -> None:
    staged.away = DatabaseUnavailable("sqlite:///x", "damaged")
    staged.look()
    assert staged.told == ["database sqlite:///x: damaged"]


def test_whoever_is_told_may_fail(staged: Staged) -> None:
    def fail(fault: str, now_ms: int) -> None:
        raise ZeroDivisionError

    staged.monitor._tell_database = fail
    assert staged.look() == {"database": "ZeroDivisionError"}
    assert list(staged.monitor.snapshots()) == ["a", "b"]


def test_a_fault_is_logged_when_it_begins_and_when_it_ends(
    staged: Staged, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    staged.reader.failing["a"] = ValueError("two\nlines" + "x" * 1_000)
    for _ in range(3):
        staged.look()
    staged.reader.failing.clear()
    for _ in range(3):
        staged.look()
    begun, ended = (record.getMessage() for record in caplog.records)
    assert begun.startswith("a: two lines")
    assert len(begun) < 310
    assert ended == "a: well again"


def test_it_can_be_stopped_before_it_was_started(staged: Staged) -> None:
    staged.monitor.stop()
    assert staged.closed == 0


def test_stopping_closes_what_is_open(staged: Staged) -> None:
    staged.look()
    staged.monitor.stop()
    assert staged.closed == 1


def test_what_cannot_be_closed_is_left(staged: Staged, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise OSError("busy")

    staged.look()
    staged.close = fail  # type: ignore[method-assign]
    staged.monitor.stop()
    assert "could not be closed" in caplog.text


def test_snapshots_cannot_be_changed_by_who_asks(staged: Staged) -> None:
    staged.look()
    with pytest.raises(TypeError):
        staged.monitor.snapshots()["c"] = empty_snapshot()  # type: ignore[index]


def test_its_thread_looks_until_it_is_stopped(staged: Staged) -> None:
    looked = threading.Event()
    staged.monitor._tell_database = lambda _fault, _now_ms: looked.set()
    staged.monitor.start()
    assert looked.wait(10)
    staged.monitor.stop()
    assert list(staged.monitor.snapshots()) == ["a", "b"]
    assert staged.closed == 1
