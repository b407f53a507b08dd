"""Notices on their way to channels: order, pauses, restarts, two senders."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select, update
from watched_snapshots import BOT, NOW_MS, NotingChannel, condition

from aurum_plugins.clock import HOUR_MS, MINUTE_MS, SECOND_MS, VirtualClock
from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.database.schema import alert_notices, alerts
from aurum_plugins.monitoring.alerts.alert_book import AlertBook
from aurum_plugins.monitoring.alerts.channels.errors import ChannelRefuses, NoticeRefused, NotSent
from aurum_plugins.monitoring.alerts.notice_queue import CLAIM_MS, NEVER_MS
from aurum_plugins.monitoring.alerts.notifier import Notifier
from aurum_plugins.monitoring.settings import MonitorSettings


class Killed(BaseException):
    """The process ends here."""


class Told:
    """A database with notices, channels, and a notifier."""

    def __init__(self, database, *names: str) -> None:
        self.database = database
        self.clock = VirtualClock(NOW_MS)
        self.channels = {name: NotingChannel() for name in names}
        self.book = AlertBook(database, names, MonitorSettings())
        self.restart()

    def restart(self) -> Notifier:
        self.notifier = Notifier(self.database, self.channels, self.clock)
        return self.notifier

    def raise_alerts(self, *rules: str) -> None:
        conditions = [condition(rule, text=f"{rule} is wrong") for rule in rules]
        self.book.update(BOT, conditions, self.clock.now_ms())

    def send(self, channel: str = "log") -> int:
        return self.notifier.send_due(channel)

    @property
    def rows(self):
        with self.database.reading() as connection:
            return connection.execute(select(alert_notices).order_by("number")).all()


@pytest.fixture
def told(database) -> Told:
    return Told(database, "log")


def test_notices_are_sent_once_in_their_order(told) -> None:
    told.raise_alerts("a", "b", "c")
    assert told.send() == 3
    assert told.send() == 0
    sent = told.channels["log"].sent
    assert [notice.alert.rule for notice in sent] == ["a", "b", "c"]
    assert [notice.attempts for notice in sent] == [1, 1, 1]
    assert [row.sent_ms for row in told.rows] == [NOW_MS] * 3


def test_pauses_double_up_to_ten_minutes_and_everything_comes_in_order(told) -> None:
    told.raise_alerts("a", "b")
    channel = told.channels["log"]
    pauses = []
    for _ in range(10):
        channel.errors = [NotSent("no answer within 10 s")]
        assert told.send() == 0
        pauses.append((told.rows[0].due_ms - told.clock.now_ms()) / SECOND_MS)
        assert told.notifier.faults == {"log": "no answer within 10 s"}
        # Nothing is asked before it is due, also not for the other notice.
        told.clock.advance(round(pauses[-1] * SECOND_MS) - 1)
        channel.errors = [AssertionError("too early")]
        assert told.send() == 0
        channel.errors = []
        told.clock.advance(1)
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600]
    assert told.send() == 2
    assert told.notifier.faults == {}
    assert [notice.alert.rule for notice in channel.sent] == ["a", "b"]
    assert [row.fault for row in told.rows] == ["", ""]


@pytest.mark.parametrize(
    ("error", "pause_s"),
    [
        (NotSent("slow down", 42.0), 42),
        (NotSent("slow down", 0.0), 1),
        (NotSent("slow down", 1e9), 3_600),
        (ChannelRefuses("HTTP status 401"), 600),
        (RuntimeError("https://secret"), 5),
    ],
)
def test_how_long_it_waits_after(told, error, pause_s) -> None:
    told.raise_alerts("a")
    told.channels["log"].errors = [error]
    told.send()
    (row,) = told.rows
    assert row.due_ms - NOW_MS == pause_s * SECOND_MS
    assert "secret" not in row.fault
    assert row.fault == told.notifier.faults["log"] != ""


def test_a_notice_that_is_refused_holds_up_no_other(told) -> None:
    told.raise_alerts("a", "b")
    told.channels["log"].errors = [NoticeRefused("HTTP status 400")]
    told.send()
    assert [notice.alert.rule for notice in told.channels["log"].sent] == ["b"]
    first, _ = told.rows
    assert (first.sent_ms, first.due_ms) == (None, NEVER_MS)
    assert first.fault == "given up: HTTP status 400"
    told.clock.advance(48 * HOUR_MS)
    assert told.send() == 0


def test_after_a_day_it_is_given_up(told) -> None:
    told.raise_alerts("a")
    channel = told.channels["log"]
    channel.errors = [NotSent("no answer")] * 500
    for _ in range(300):
        told.send()
        told.clock.advance(10 * MINUTE_MS)
    (row,) = told.rows
    assert row.sent_ms is None
    assert row.fault == "given up after 24 h: no answer"
    assert 140 < row.attempts < 160
    channel.errors = []
    told.raise_alerts("a", "b")
    assert told.send() == 2
    assert [notice.kind for notice in channel.sent] == ["raised", "still"]


def test_what_was_never_tried_for_days_is_given_up_as_well(told) -> None:
    told.raise_alerts("a", "b")
    told.clock.advance(25 * HOUR_MS)
    assert told.send() == 0
    assert {row.fault for row in told.rows} == {"given up after 24 h: never tried"}


def test_a_late_notice_says_when_it_was_written(told) -> None:
    told.raise_alerts("a")
    told.clock.advance(2 * MINUTE_MS)
    told.send()
    (text,) = told.channels["log"].texts
    assert text == "(2026-11-23 12:00 UTC) HIGH, freqtrade (live): a is wrong"


@pytest.mark.parametrize("sent_before", [False, True])
def test_a_kill_while_sending_sends_again_after_the_claim(told, sent_before) -> None:
    told.raise_alerts("a", "b")
    channel = told.channels["log"]
    send = channel.send

    def killed(notice) -> None:
        if sent_before:
            send(notice)
        raise Killed

    channel.send = killed
    with pytest.raises(Killed):
        told.send()
    channel.send = send
    told.restart()
    told.clock.advance(CLAIM_MS - 1)
    assert told.send() == 0, "it may still be on its way"
    told.clock.advance(1)
    assert told.send() == 2
    rules = [notice.alert.rule for notice in channel.sent]
    assert rules == ["a"] * sent_before + ["a", "b"]


def test_a_kill_before_sending_sends_it_once(told, monkeypatch) -> None:
    told.raise_alerts("a")
    with monkeypatch.context() as patch:
        patch.setattr(told.database, "writing", _raiser(Killed()))
        with pytest.raises(Killed):
            told.send()
    assert told.restart().send_due("log") == 1


def test_what_was_sent_and_could_not_be_marked_is_not_sent_again(told, monkeypatch) -> None:
    told.raise_alerts("a", "b")
    channel, send = told.channels["log"], told.channels["log"].send
    away = _raiser(DatabaseUnavailable("sqlite://", "it is locked"))

    def and_lock(notice) -> None:
        send(notice)
        patch.setattr(told.database, "writing", away)

    with monkeypatch.context() as patch:
        channel.send = and_lock
        for _ in range(3):
            with pytest.raises(DatabaseUnavailable):
                told.send()
            told.clock.advance(CLAIM_MS)
    channel.send = send
    assert told.send() == 1
    assert [notice.alert.rule for notice in channel.sent] == ["a", "b"]
    assert all(row.sent_ms for row in told.rows)


def test_a_clock_that_is_set_back_delays_nothing_for_long(told) -> None:
    told.clock.advance(10 * HOUR_MS)
    told.raise_alerts("a")
    told.clock._now_ms -= 10 * HOUR_MS
    assert told.send() == 1


def test_a_notice_of_another_version_or_without_its_alert_is_given_up(told) -> None:
    told.raise_alerts("a", "b", "c")
    with told.database.writing() as connection:
        numbers = [row.number for row in told.rows]
        connection.execute(
            update(alert_notices).where(alert_notices.c.number == numbers[0]).values(kind="new")
        )
        connection.execute(alerts.delete().where(alerts.c.rule == "b"))
    assert told.send() + told.send() + told.send() == 1
    assert [notice.alert.rule for notice in told.channels["log"].sent] == ["c"]


def test_two_notifiers_at_once_send_each_notice_once(database) -> None:
    told = Told(database, "log")
    told.raise_alerts(*(f"rule_{number}" for number in range(20)))
    ready = threading.Barrier(3)
    errors = []

    def send() -> None:
        notifier = Notifier(database, told.channels, told.clock)
        ready.wait()
        try:
            while notifier.send_due("log") or any(row.sent_ms is None for row in told.rows):
                pass
        except DatabaseUnavailable as error:
            errors.append(error)

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert [notice.number for notice in told.channels["log"].sent] == sorted(
        row.number for row in told.rows
    )


def test_in_the_background_one_channel_holds_up_no_other(database) -> None:
    told = Told(database, "slow", "broken", "log")
    hanging, done = threading.Event(), threading.Event()
    told.channels["slow"].send = lambda _: hanging.wait(30)
    told.channels["broken"].errors = [NotSent("no")]
    send = told.channels["log"].send
    told.channels["log"].send = lambda notice: (send(notice), done.set())
    notifier = told.notifier
    notifier.start()
    notifier.start()
    told.raise_alerts("a")
    notifier.wake()
    assert done.wait(10)
    notifier.stop(0.1)
    hanging.set()


def test_in_the_background_it_outlives_the_database_and_defects(told, monkeypatch, caplog) -> None:
    errors = [DatabaseUnavailable("sqlite://", "away"), RuntimeError("a defect")]
    done, send_due = threading.Event(), told.notifier.send_due

    def sometimes(channel: str) -> int:
        if errors:
            told.notifier.wake()
            raise errors.pop(0)
        return send_due(channel)

    send = told.channels["log"].send
    told.channels["log"].send = lambda notice: (send(notice), done.set())
    monkeypatch.setattr(told.notifier, "send_due", sometimes)
    told.raise_alerts("a")
    told.notifier.start()
    assert done.wait(10)
    told.notifier.stop()
    assert "a defect" in caplog.text


def _raiser(error: BaseException):
    def refuse(*_args, **_options):
        raise error

    return refuse
