"""All rules together: dead bots, unread parts, a monitor that slept, the machine, the database."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from watched_snapshots import (
    INTERVAL_MS,
    NOW_MS,
    NotingChannel,
    candle_report,
    loop_report,
    snapshot,
)

from aurum_plugins.clock import DAY_MS, HOUR_MS, SECOND_MS, VirtualClock
from aurum_plugins.database import open_database
from aurum_plugins.monitoring.alerts.database_watch import DatabaseWatch
from aurum_plugins.monitoring.alerts.known_rules import known_rules
from aurum_plugins.monitoring.alerts.machine import Machine, look_at_machine, machine_conditions
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.alerts.wakefulness import Wakefulness
from aurum_plugins.monitoring.alerts.watch import Watch
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.bot_snapshot import DecisionCounts

SETTINGS = MonitorSettings()
NAMES = frozenset(rule.name for rule in known_rules(SETTINGS))
OF_LIVING = frozenset(rule.name for rule in known_rules(SETTINGS) if rule.of_living)
# Old candles, a bad execution rate: one of the living, one of the journal.
BAD = snapshot(
    candles=candle_report(BTC=NOW_MS - HOUR_MS), counts=DecisionCounts(ordered=20, filled=1)
)


def awake(api_answers=lambda _: None) -> Watch:
    watch = Watch(known_rules(SETTINGS), SETTINGS, api_answers)
    well = snapshot()
    for before_ms in (22, 2):
        watch.look(replace(well, now_ms=NOW_MS - before_ms * SECOND_MS))
    return watch


def rules(looked) -> set[str]:
    return {one.rule for one in looked.conditions}


def test_a_living_bot_is_judged_by_every_rule() -> None:
    looked = awake().look(replace(BAD, loop=loop_report(started_ms=NOW_MS - INTERVAL_MS)))
    assert rules(looked) == {"stale_candles", "execution_rate"}
    assert (looked.unjudged, looked.because) == (frozenset(), "")


def test_of_a_dead_bot_only_its_death_is_news() -> None:
    looked = awake().look(replace(BAD, loop=loop_report(30 * SECOND_MS)))
    assert rules(looked) == {"bot_silent", "execution_rate"}
    assert looked.unjudged == OF_LIVING


def test_a_bot_that_ended_has_nothing_open_that_only_a_running_one_can_have() -> None:
    looked = awake().look(replace(BAD, loop=loop_report(HOUR_MS, state="exited")))
    assert rules(looked) == {"bot_silent", "execution_rate"}
    assert looked.unjudged == frozenset()
    assert looked.because == "the bot ended in order"


def test_a_bot_that_was_not_heard_of_for_days_is_let_be() -> None:
    looked = awake().look(replace(BAD, loop=loop_report(7 * DAY_MS)))
    assert (looked.conditions, looked.unjudged) == ((), frozenset())
    assert looked.because == "nothing was heard of the bot for 7 days"


def test_without_reports_the_journal_is_judged_all_the_same() -> None:
    looked = awake().look(replace(BAD, loop=None))
    assert rules(looked) == {"execution_rate"}
    assert looked.unjudged == OF_LIVING


def test_what_cannot_be_read_is_not_judged_and_told() -> None:
    looked = awake().look(replace(BAD, faults={"counts": "locked", "moods": "locked"}))
    assert rules(looked) == {"stale_candles", "no_decisions", "unread"}
    assert looked.unjudged == {"execution_rate"}


def test_a_rule_that_fails_judges_nothing_and_is_logged_once(caplog) -> None:
    class Broken:
        name, needs, of_living = "broken", frozenset(), False

        def look(self, snapshot):
            raise ZeroDivisionError

    watch = Watch([Broken(), *known_rules(SETTINGS)], SETTINGS)
    watch.look(replace(BAD, now_ms=NOW_MS - 21 * SECOND_MS))
    for _ in range(3):
        looked = watch.look(BAD)
    assert looked.unjudged == {"broken"}
    assert "execution_rate" in rules(looked)
    assert caplog.text.count("The rule broken failed") == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [(True, "its API answers"), (False, "its API does not answer either"), (None, None)],
)
def test_a_second_opinion_on_a_death(answer, said) -> None:
    asked = []
    watch = awake(lambda report: (asked.append(report.api), answer)[1])
    looked = watch.look(replace(BAD, loop=loop_report(30 * SECOND_MS)))
    (silent,) = (one for one in looked.conditions if one.rule == "bot_silent")
    assert asked == ["http://127.0.0.1:8080"]
    assert silent.figures.get("api") == said
    assert silent.text.endswith(said or "UTC")


def test_no_opinion_is_asked_on_others(caplog) -> None:
    asked = []
    watch = awake(asked.append)
    watch.look(BAD)
    watch.look(replace(BAD, loop=loop_report(HOUR_MS, state="exited")))
    assert asked == []


def test_an_opinion_that_fails_changes_nothing(caplog) -> None:
    watch = awake(lambda _: 1 / 0)
    assert "bot_silent" in rules(watch.look(replace(BAD, loop=loop_report(30 * SECOND_MS))))
    assert "ZeroDivisionError" in caplog.text


def test_a_monitor_that_slept_waits_for_one_period() -> None:
    watch = awake()
    slept = replace(snapshot(), now_ms=NOW_MS + HOUR_MS)
    assert watch.look(slept).unjudged == NAMES
    later = replace(slept, now_ms=slept.now_ms + 19 * SECOND_MS)
    assert watch.look(later).unjudged == NAMES
    looked = watch.look(replace(slept, now_ms=slept.now_ms + 20 * SECOND_MS))
    assert "bot_silent" in rules(looked)


def looks(*moments_s: int) -> list[bool]:
    wakefulness = Wakefulness(20_000)
    return [wakefulness.judges(round(at_s * 1_000)) for at_s in moments_s]


def test_when_it_judges() -> None:
    assert looks(0, 2, 19, 20, 22, 42, 63, 65, 83) == [
        *(False, False, False, True, True, True, False, False, True)
    ]
    # A database that takes longer than the period at each look.
    assert looks(0, 25, 50, 75, 100) == [False, True, False, True, False]
    # The clock is set back while it waits, and later.
    assert looks(100, 102, 50, 52, 10, 12) == [False, False, True, True, True, True]


def test_the_disk() -> None:
    def found(free: int):
        conditions, unjudged = machine_conditions(Machine("/data", free, 10**12), SETTINGS)
        assert unjudged == frozenset()
        return [(one.rule, one.severity) for one in conditions]

    assert found(10**9) == []
    assert found(10**9 - 1) == [("disk", Severity.HIGH)]
    assert found(10**8) == [("disk", Severity.HIGH)]
    assert found(10**8 - 1) == [("disk", Severity.CRITICAL)]
    assert machine_conditions(None, SETTINGS) == ((), {"disk"})


def test_where_the_disk_is(tmp_path) -> None:
    with open_database(f"sqlite:///{tmp_path}/aurum.sqlite") as database:
        machine = look_at_machine(database)
    assert machine.folder == str(tmp_path)
    assert 0 < machine.free_bytes <= machine.total_bytes
    with open_database("sqlite://") as database:
        assert look_at_machine(database) is None
    with open_database(f"sqlite:///{tmp_path}/aurum.sqlite") as database:
        (tmp_path / "aurum.sqlite").unlink()
        database.engine.url = database.engine.url.set(database=str(tmp_path / "gone" / "x"))
        assert look_at_machine(database) is None


@pytest.fixture
def told():
    channel, clock = NotingChannel(), VirtualClock(NOW_MS)
    watch = DatabaseWatch({"log": channel}, SETTINGS, clock)
    yield watch, channel, clock
    watch.stop()


def test_a_database_that_is_away_is_told_and_so_is_its_return(told) -> None:
    watch, channel, clock = told
    for _ in range(10):
        watch.tell("it is locked", clock.now_ms())
        assert watch.open() == ()
        clock.advance(2 * SECOND_MS)
    watch.tell("it is locked", clock.now_ms())
    (alert,) = watch.open()
    assert (alert.bot, alert.rule, alert.severity) == ("", "database", Severity.CRITICAL)
    for _ in range(32):
        watch.tell("", clock.advance(2 * SECOND_MS))
    watch._notifier.send_due("log")
    assert channel.texts == [
        "CRITICAL, monitor: nothing is watched: it is locked",
        "over after 62 s, monitor: nothing is watched: it is locked",
    ]


def test_one_look_that_failed_is_nothing(told) -> None:
    watch, _, clock = told
    for number in range(100):
        watch.tell("" if number % 2 else "it is locked", clock.advance(15 * SECOND_MS))
    assert watch.open() == ()


def test_a_database_that_can_be_read_and_not_written_is_told(told) -> None:
    watch, _, clock = told
    for _ in range(12):
        watch.cannot_write("the disk is full")
        watch.tell("", clock.advance(2 * SECOND_MS))
    assert "the disk is full" in watch.open()[0].text
    watch.tell("", clock.advance(2 * SECOND_MS))
    watch.tell("", clock.advance(60 * SECOND_MS))
    assert watch.open() == ()


def test_in_the_background_it_is_told_at_once(told) -> None:
    watch, channel, clock = told
    done, send = threading.Event(), channel.send
    channel.send = lambda notice: (send(notice), done.set())
    watch.start()
    watch.tell("away", clock.now_ms())
    watch.tell("away", clock.advance(20 * SECOND_MS))
    assert done.wait(10)


@pytest.mark.parametrize("phase_ms", range(0, 5_000, 250))
@pytest.mark.parametrize("death", ["killed", "hung"])
def test_a_death_is_noticed_within_thirty_seconds(phase_ms, death) -> None:
    """Signs of life come every 5 s, looks every 2 s; loops of 2 s begin every 5 s."""
    watch = Watch(known_rules(SETTINGS), SETTINGS)
    # The last loop begins here, and goes on for ever or until the process is killed in it.
    death_ms = NOW_MS + 60_000
    now_ms = NOW_MS
    while now_ms < death_ms + 60_000:
        sign_ms = (now_ms - phase_ms) // 5_000 * 5_000 + phase_ms
        if death == "killed":
            sign_ms = min(sign_ms, (death_ms - phase_ms) // 5_000 * 5_000 + phase_ms)
        began_ms = min(sign_ms, death_ms) // 5_000 * 5_000
        ended_ms = began_ms + 2_000 if began_ms < death_ms else began_ms - 3_000
        loop = loop_report(0, loop_began_ms=began_ms, loop_ended_ms=min(ended_ms, sign_ms))
        seen = snapshot(now_ms=now_ms, loop=replace(loop, at_ms=sign_ms), candles=None)
        if found := rules(watch.look(seen)) & {"bot_silent", "bot_hung"}:
            break
        now_ms += 2_000
    assert found == {"bot_silent" if death == "killed" else "bot_hung"}
    assert 0 < now_ms - death_ms < 30_000 - 1_000
